//! What processes keep for each other.

use std::time::Duration;

use backbone::sealed::Secret;
use uuid::Uuid;

use crate::make::Fresh;

pub async fn g3_only_who_saw_it_changes_it(fresh: &Fresh) {
    let (one, other) = (&fresh.backbone.memos, fresh.ground.another().await.memos);
    let token = |text: &str| Secret::new(text);
    assert!(one.write("token/a", &token("first"), 0).await.unwrap());
    assert!(!other.write("token/a", &token("mine"), 0).await.unwrap(), "it is there already");
    let seen = other.read("token/a").await.unwrap().unwrap();
    assert_eq!((seen.value.expose(), seen.version), ("first", 1));
    assert!(one.write("token/a", &token("second"), 1).await.unwrap());
    assert!(!other.write("token/a", &token("late"), 1).await.unwrap(), "it was changed meanwhile");
    assert_eq!(other.read("token/a").await.unwrap().unwrap().value.expose(), "second");
    assert!(!other.forget("token/a", 1).await.unwrap() && other.forget("token/a", 2).await.unwrap());
    assert!(one.read("token/a").await.unwrap().is_none());
    assert!(one.write("big", &token(&"x".repeat(70_000)), 0).await.is_err(), "too large");
}

pub async fn what_is_kept_is_sealed_and_survives(fresh: &Fresh) {
    let memos = &fresh.backbone.memos;
    for name in ["replay/2", "replay/1", "token/x", "replay%"] {
        assert!(memos.write(name, &Secret::new(format!("Xy7-very-secret of {name}")), 0).await.unwrap());
    }
    let again = fresh.ground.reopen().await.memos;
    let names: Vec<String> = again.under("replay/").await.unwrap().into_iter().map(|memo| memo.name).collect();
    assert_eq!(names, ["replay/1", "replay/2"]);
    let bytes = fresh.ground.bytes().await;
    assert!(!bytes.windows(15).any(|window| window == b"Xy7-very-secret"));
}

pub async fn a_turn_is_one_holders_until_it_ends(fresh: &Fresh) {
    let (one, other) = (&fresh.backbone.memos, fresh.ground.another().await.memos);
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let long = Duration::from_mins(5);
    assert!(one.take_turn("ask/uis", first, long).await.unwrap());
    assert!(one.take_turn("ask/uis", first, long).await.unwrap(), "kept");
    assert!(!other.take_turn("ask/uis", second, long).await.unwrap());
    assert!(other.take_turn("ask/other", second, long).await.unwrap());
    other.end_turn("ask/uis", second).await.unwrap();
    assert!(!other.take_turn("ask/uis", second, long).await.unwrap(), "only its holder lets it go");
    one.end_turn("ask/uis", first).await.unwrap();
    assert!(other.take_turn("ask/uis", second, Duration::ZERO).await.unwrap());
    assert!(one.take_turn("ask/uis", first, long).await.unwrap(), "the other's is over");
}
