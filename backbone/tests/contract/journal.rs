//! The journal.

use backbone::store::CallFilter;
use schemas::{Call, CallId, CallKey, CallState, Direction, Marketing, Phone};

use crate::make::{Fresh, at};

pub fn call(session: &str, use_number: u32, revision: u32, second: u64) -> Call {
    let key = CallKey { source: "acme-uis".parse().unwrap(), session: session.into() };
    Call {
        id: key.call_id(use_number),
        account: "acme".parse().unwrap(),
        source: key.source.clone(),
        session: session.into(),
        use_number,
        revision,
        direction: Direction::Incoming,
        state: CallState::Ringing,
        outcome: None,
        presumed: false,
        client: Some(Phone::read("79161112233", "RU")),
        line: None,
        legs: vec![],
        talks: vec![],
        recordings: vec![],
        marketing: Marketing::default(),
        started_at: at(second),
        answered_at: None,
        ended_at: None,
        talk_seconds: None,
        wait_seconds: None,
        last_heard_at: at(second),
        anomalies: vec![],
        events: vec![],
    }
}

pub async fn the_highest_revision_is_kept(fresh: &Fresh) {
    let journal = &fresh.backbone.journal;
    journal.keep(&[call("1", 1, 1, 0), call("1", 1, 3, 0)]).await.unwrap();
    journal.keep(&[call("1", 1, 2, 0), call("1", 2, 1, 9)]).await.unwrap();
    let kept = journal.call(&CallId("acme-uis/1".into())).await.unwrap().unwrap();
    assert_eq!(kept.revision, 3);
    let key = |session: &str| CallKey { source: "acme-uis".parse().unwrap(), session: session.into() };
    let newest = journal.newest(&[key("2"), key("1")]).await.unwrap();
    assert_eq!(
        newest.iter().map(|call| call.as_ref().map(|call| call.use_number)).collect::<Vec<_>>(),
        [None, Some(2)]
    );
}

pub async fn calls_are_listed_newest_first(fresh: &Fresh) {
    let journal = &fresh.backbone.journal;
    let calls: Vec<Call> = (0..5).map(|n| call(&n.to_string(), 1, 1, n)).collect();
    journal.keep(&calls).await.unwrap();
    let sessions = |calls: Vec<Call>| calls.into_iter().map(|call| call.session).collect::<Vec<_>>();
    let mut filter = CallFilter { limit: 2, ..CallFilter::default() };
    let page = journal.list(&filter).await.unwrap();
    filter.after = page.last().map(|call| (call.started_at, call.id.clone()));
    assert_eq!(sessions(page), ["4", "3"]);
    assert_eq!(sessions(journal.list(&filter).await.unwrap()), ["2", "1"]);
    let oldest = CallFilter { oldest_first: true, after: Some((at(1), calls[1].id.clone())), ..filter.clone() };
    assert_eq!(sessions(journal.list(&oldest).await.unwrap()), ["2", "3"]);
    let of =
        |source: &str| CallFilter { sources: vec![source.parse().unwrap(), "x".parse().unwrap()], ..filter.clone() };
    assert_eq!(journal.list(&of("acme-uis")).await.unwrap().len(), 2);
    assert!(journal.list(&of("other")).await.unwrap().is_empty());
    let window = CallFilter { since: Some(at(1)), until: Some(at(3)), limit: 9, ..CallFilter::default() };
    assert_eq!(sessions(journal.list(&window).await.unwrap()), ["2", "1"]);
    let stranger = CallFilter { client: Some("+79160000000".into()), limit: 9, ..CallFilter::default() };
    assert!(journal.list(&stranger).await.unwrap().is_empty());
    let client = CallFilter { client: Some("+79161112233".into()), limit: 9, ..CallFilter::default() };
    assert_eq!(journal.list(&client).await.unwrap().len(), 5);
}
