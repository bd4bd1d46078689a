//! Which calls a replay is asked for.

use serde_json::json;

use super::world::{World, at, call};
use crate::accounts::tests::FILE;
use crate::wire::{Problem, ReplayPlan};

#[tokio::test]
async fn o2_a_window_of_one_call_begins_with_it_and_wrong_names_are_told() {
    let world = World::start().await;
    world.apply(FILE).await;
    world.backbone.journal.keep(&[call("1", "79161112233", 0)]).await.unwrap();
    let plan: ReplayPlan = world.json("POST", "/replays/plan", Some(json!({"call": "acme-uis/1"}))).await;
    let [planned] = plan.connections.as_slice() else { panic!("{plan:?}") };
    assert_eq!(planned.since, at(0));
    for (asked, status, todo) in [
        (json!({"call": "acme-uis/2"}), 404, "see `ringfold calls list`"),
        (json!({"connection": "none"}), 404, "see `ringfold connections list`"),
        (json!({"source": "none"}), 404, "see `ringfold sources list`"),
        (json!({"call": "acme-uis/1", "source": "other"}), 400, "leave the source out"),
    ] {
        let answer = world.ask("POST", "/replays/plan", Some(asked.clone())).await;
        assert_eq!(answer.status(), status, "{asked}");
        assert_eq!(answer.json::<Problem>().await.unwrap().todo, todo);
    }
}
