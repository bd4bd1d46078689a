//! Later words about a call change the records that it has.

use backbone::Topic;
use backbone::ledger::Status;

use crate::calls::{Went, call};
use crate::far::{Far, Held, Role};
use crate::site::{Site, connector, memos};

const NUMBER: &str = "380672220001";

fn ids(held: &[Held]) -> Vec<(&'static str, u64)> {
    held.iter().map(|held| (held.table, held.id)).collect()
}

pub async fn a8_a_recording_that_comes_late_changes_the_same_record(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", NUMBER, Went::AnsweredIn);
    site.deliver(&[&told]).await;
    let before = site.held(Role::Call);
    let url = "https://records.test/late-1.mp3";
    site.deliver(&[&told.recorded(url)]).await;
    assert_eq!(ids(&site.held(Role::Call)), ids(&before));
    let shown = site.far.records().iter().filter(|held| held.fields.to_string().contains(url)).count();
    assert!(shown >= 1, "{:#?}", site.far.records());
}

pub async fn a6_a_missed_call_that_was_answered_after_all_is_the_same_record(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", NUMBER, Went::MissedIn);
    site.deliver(&[&told]).await;
    let before = site.far.records();
    site.deliver(&[&told.corrected(Went::AnsweredIn)]).await;
    let after = site.far.records();
    assert_eq!(ids(&site.held(Role::Call)).len(), 1);
    assert!(before.iter().all(|held| after.iter().any(|now| now.table == held.table && now.id == held.id)), "erased");
    let of = |records: &[Held], role| records.iter().filter(|held| held.role == role).cloned().collect::<Vec<_>>();
    assert_ne!(of(&before, Role::Call), of(&after, Role::Call), "the record follows the new outcome");
    let (then, now) = (of(&before, Role::Task), of(&after, Role::Task));
    assert_eq!(ids(&then), ids(&now));
    // Where there was something to do, it is done now.
    assert!(then.iter().zip(&now).all(|(then, now)| then.fields != now.fields), "{now:#?}");
}

pub async fn a10_a_transferred_call_is_one_record(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", NUMBER, Went::AnsweredIn).by(&["101", "102"]);
    let notes = site.deliver(&[&told]).await;
    assert_eq!(site.held(Role::Call).len(), 1);
    let explained = !site.far.assigns_calls() || notes[0].contains("talked last");
    assert!(explained, "the responsible is who talked last: {}", notes[0]);
}

pub async fn a_revision_that_changes_nothing_writes_nothing(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", NUMBER, Went::MissedIn);
    site.deliver(&[&told]).await;
    let before = site.far.records();
    // Any write from here on would be cut off, and be seen.
    site.far.faults().drop_before_next(100);
    site.deliver(&[&told.again()]).await;
    assert_eq!(site.far.records(), before);
    assert_eq!(site.far.faults().struck().dropped_before, 0);
}

pub async fn s2_a_record_made_while_the_call_goes_on_is_changed_at_its_end(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let early = connector(&site.entry).open(&site.entry, &memos()).ok().unwrap().early();
    let told = call("1", NUMBER, Went::AnsweredIn);
    site.write(Topic::State, [told.going_on()]).await;
    let before = if early {
        site.until(&told, Status::Done).await;
        site.far.records()
    } else {
        Vec::new()
    };
    assert_eq!(!before.is_empty(), early, "{before:#?}");
    site.deliver(&[&told.again()]).await;
    let after = ids(&site.far.records());
    assert!(ids(&before).iter().all(|held| after.contains(held)), "the same records: {after:?}");
    assert_eq!((site.held(Role::Call).len(), site.held(Role::Card).len()), (1, 1));
}
