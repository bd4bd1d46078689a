//! Raised and cleared, each once (F17).

use super::at;
use crate::alerts::findings::Finding;
use crate::alerts::state::{Book, Change, Watcher};
use crate::wire::{AlertKind, AlertState};

fn finding(kind: AlertKind, since: i64) -> Finding {
    Finding { kind, subject: "crm".into(), account: None, since: at(since), text: "so it is".into(), count: 0 }
}

/// Looks, and keeps what changed; what is told.
fn look(watcher: &mut Watcher, book: &mut Book, found: &[Finding], now: i64) -> Vec<AlertState> {
    let mut told = Vec::new();
    for Change { kept, tell } in watcher.changes(book, found, at(now)) {
        told.extend(tell.then_some(kept.state));
        book.0.insert((kept.kind, kept.subject.clone()), (kept, 1));
    }
    told
}

#[test]
fn f17_what_lasts_is_raised_once_and_cleared_once_when_it_has_been_gone_for_long() {
    let (mut watcher, mut book) = (Watcher::default(), Book::default());
    let away = [finding(AlertKind::CrmUnavailable, 0)];
    let mut told = Vec::new();
    for now in (0..900).step_by(10) {
        told.extend(look(&mut watcher, &mut book, &away, now).into_iter().map(|state| (now, state)));
    }
    assert_eq!(told, [(300, AlertState::Raised)]);
    let mut cleared = Vec::new();
    for now in (900..1800).step_by(10) {
        cleared.extend(look(&mut watcher, &mut book, &[], now).into_iter().map(|state| (now, state)));
    }
    assert_eq!(cleared, [(1190, AlertState::Cleared)]);
}

#[test]
fn f17_what_comes_and_goes_is_one_alert() {
    let (mut watcher, mut book) = (Watcher::default(), Book::default());
    let mut told = Vec::new();
    for now in (0..7200).step_by(10) {
        // Open for a minute, closed for a minute: the breaker's own time begins anew each time.
        let open = now / 60 % 2 == 0;
        let found = open.then(|| finding(AlertKind::CrmUnavailable, now / 60 * 60));
        told.extend(look(&mut watcher, &mut book, found.as_slice(), now));
    }
    assert_eq!(told, [AlertState::Raised]);
}

#[test]
fn f17_what_is_over_before_its_time_is_not_raised() {
    let (mut watcher, mut book) = (Watcher::default(), Book::default());
    for now in (0..290).step_by(10) {
        assert_eq!(look(&mut watcher, &mut book, &[finding(AlertKind::CrmUnavailable, 0)], now), []);
    }
    for now in (290..900).step_by(10) {
        assert_eq!(look(&mut watcher, &mut book, &[], now), []);
    }
    assert_eq!(look(&mut watcher, &mut book, &[finding(AlertKind::CrmUnavailable, 900)], 900), [], "it begins anew");
}

#[test]
fn f17_a_restart_repeats_nothing_and_clears_what_is_over() {
    let (mut watcher, mut book) = (Watcher::default(), Book::default());
    let broken = [finding(AlertKind::ConnectionBroken, 0)];
    assert_eq!(look(&mut watcher, &mut book, &broken, 0), [AlertState::Raised]);
    let mut restarted = Watcher::default();
    assert_eq!(look(&mut restarted, &mut book, &broken, 10), []);
    let mut again = Watcher::default();
    assert_eq!(look(&mut again, &mut book, &[], 20), []);
    assert_eq!(look(&mut again, &mut book, &[], 80), [AlertState::Cleared]);
    assert_eq!(look(&mut again, &mut book, &[], 500), []);
    assert_eq!(look(&mut again, &mut book, &broken, 510), [AlertState::Raised], "it is another time");
}

#[test]
fn f14_an_alert_says_how_many_there_are_by_now_and_is_told_once() {
    let (mut watcher, mut book) = (Watcher::default(), Book::default());
    let dead = |count: u64, account: &str| Finding {
        account: Some(account.parse().unwrap()),
        text: format!("{count} are dead"),
        count,
        ..finding(AlertKind::DeliveriesDead, 0)
    };
    assert_eq!(look(&mut watcher, &mut book, &[dead(1, "acme")], 0), [AlertState::Raised]);
    assert_eq!(look(&mut watcher, &mut book, &[dead(3, "zenith")], 10), []);
    let (kept, _) = &book.0[&(AlertKind::DeliveriesDead, "crm".to_owned())];
    assert_eq!((kept.text.as_str(), kept.count, kept.changed_at), ("3 are dead", 3, at(0)));
    assert_eq!(kept.account, Some("zenith".parse().unwrap()));
}
