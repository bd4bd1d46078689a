//! Clients and employees that change under our hands.

use std::time::Duration;

use crate::calls::{Went, call};
use crate::far::{Far, Role};
use crate::site::Site;

const NUMBER: &str = "380672220001";

pub async fn f9_two_first_calls_at_once_make_one_card(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    site.far.faults().set_search_lag(Duration::from_secs(1));
    let told =
        [call("1", NUMBER, Went::AnsweredIn), call("2", NUMBER, Went::MissedIn), call("3", NUMBER, Went::AnsweredOut)];
    site.deliver(&told.iter().collect::<Vec<_>>()).await;
    assert_eq!(site.held(Role::Call).len(), 3);
    assert_eq!(site.held(Role::Card).len(), 1, "{:#?}", site.far.records());
}

pub async fn f10_what_people_delete_is_no_loop(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", NUMBER, Went::AnsweredIn);
    site.deliver(&[&told]).await;
    for held in site.far.records() {
        site.far.delete(&held);
    }
    // A correction of what is gone makes no record of the call again.
    let told = told.recorded("https://records.test/1.mp3");
    site.deliver(&[&told]).await;
    assert_eq!(site.held(Role::Call).len(), 0, "{:#?}", site.far.records());
    // The next call of the number finds nobody, and makes one card and one record.
    site.deliver(&[&call("2", NUMBER, Went::AnsweredIn)]).await;
    assert_eq!((site.held(Role::Card).len(), site.held(Role::Call).len()), (1, 1), "{:#?}", site.far.records());
}

pub async fn f11_who_no_longer_works_there_gets_nothing(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let [first, second] = site.far.users();
    // Where calls belong to nobody, what there is to do does.
    let (gone, told) = if site.far.assigns_calls() {
        (second, call("1", NUMBER, Went::AnsweredIn).by(&["102"]))
    } else {
        (first, call("1", NUMBER, Went::MissedIn))
    };
    site.far.dismiss(&gone);
    let notes = site.deliver(&[&told]).await;
    assert_eq!(site.held(Role::Call).len(), 1);
    assert!(notes[0].contains("no longer"), "{}", notes[0]);
}

pub async fn f12_two_calls_of_a_minute_are_two_records(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    site.far.know(NUMBER);
    let told = [call("1", NUMBER, Went::MissedIn), call("2", NUMBER, Went::MissedIn)];
    site.deliver(&[&told[0], &told[1]]).await;
    assert_eq!(site.held(Role::Call).len(), 2);
}
