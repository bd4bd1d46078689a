//! Answers lost on the way: what may be there is found by our mark, and nobody else's record is.

use std::time::{Duration, Instant};

use super::*;

/// Makes the records of a missed call of a new client one after another; before each, `lose` sees it.
async fn each_record(crm: &UspacyCrm, user: u64, lose: impl AsyncFn(&dyn Session, &Put, &'static str)) {
    let session = open(crm, user, &json!({"request_timeout": "2s"}));
    let mut known = Known::default();
    for (name, table) in [("lead", "leads"), ("call", "calls"), ("activity", "activities")] {
        let put = first_put(session.as_ref(), &call("incoming", "missed"), &mut known).await;
        assert_eq!(put.name, name);
        lose(session.as_ref(), &put, table).await;
        let crm_id = session.find(&put).await.unwrap().unwrap();
        made(&mut known, put, crm_id);
    }
    let note = deliver(session.as_ref(), &call("incoming", "missed"), &mut known).await.unwrap();
    assert!(note.contains("responsible"), "{note}");
}

/// What others made: of the same number, and with marks that are not ours.
fn strangers(crm: &UspacyCrm, user: u64) {
    let lead = crm.add_lead(DIGITS, user);
    crm.set("leads", lead, &json!({"comments": "[rf:0000000000000000]"}));
    crm.close_lead(lead, "FAIL");
    crm.seed("calls", json!({"external_id": 1, "from": DIGITS, "to": "380441112233", "integration_code": "ringfold"}));
    crm.seed("activities", json!({"title": "x", "description": "[rf:0000000000000000]"}));
}

#[tokio::test]
async fn f1_f2_every_record_is_found_by_its_mark() {
    let (crm, user) = space(|_| ()).await;
    strangers(&crm, user);
    each_record(&crm, user, async |session, put, table| {
        let before = crm.live(table).len();
        crm.faults().drop_before_next(1);
        assert_eq!(session.make(put).await.unwrap_err().kind(), "outcome_unknown", "{table}");
        assert_eq!((session.find(put).await.unwrap(), crm.live(table).len()), (None, before), "{table}");
        crm.faults().drop_after_next(1);
        assert_eq!(session.make(put).await.unwrap_err().kind(), "outcome_unknown", "{table}");
        let made = crm.live(table).pop().unwrap();
        assert_eq!(crm.live(table).len(), before + 1, "{table}");
        assert_eq!(session.find(put).await.unwrap(), Some(made.id.to_string()), "{table}");
    })
    .await;
}

#[tokio::test]
async fn f1_an_error_after_the_write_and_an_answer_without_an_id_are_found_out_too() {
    let (crm, user) = space(|_| ()).await;
    each_record(&crm, user, async |session, put, table| {
        crm.trap(|traps| traps.errors_after_writes = 1);
        assert_eq!(session.make(put).await.unwrap_err().kind(), "outcome_unknown", "{table}");
        assert_eq!(crm.live(table).len(), 1, "{table}");
    })
    .await;
}

#[tokio::test]
async fn f1_a_record_is_found_although_searches_are_passed_over_and_lists_begin_at_either_end() {
    for oldest_first in [true, false] {
        let trap = |traps: &mut Traps| {
            (traps.q_is_passed_over, traps.filters_are_passed_over, traps.oldest_first) = (true, true, oldest_first);
        };
        let (crm, user) = space(trap).await;
        for n in 0..450 {
            crm.seed("calls", json!({"external_id": n, "from": format!("38050{n:07}")}));
            crm.seed("activities", json!({"title": "x", "description": format!("[rf:{n:016}]")}));
        }
        each_record(&crm, user, async |session, put, table| {
            crm.faults().drop_after_next(1);
            assert_eq!(session.make(put).await.unwrap_err().kind(), "outcome_unknown", "{table}");
        })
        .await;
    }
}

#[tokio::test]
async fn f1_where_leads_have_no_field_for_our_mark_the_number_finds_them() {
    let (crm, user) = space(|traps| traps.leads_have_comments = false).await;
    strangers(&crm, user);
    let session = open(&crm, user, &json!({}));
    let put = first_put(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await;
    assert_eq!(session.find(&put).await.unwrap(), None, "a closed lead is not it");
    let made = session.make(&put).await.unwrap();
    assert_eq!(session.find(&put).await.unwrap(), Some(made));
}

#[tokio::test]
async fn a_search_that_lags_finds_it_later() {
    let (crm, user) = space(|_| ()).await;
    crm.faults().set_search_lag(Duration::from_millis(500));
    let session = open(&crm, user, &json!({}));
    let put = first_put(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await;
    let (began, made) = (Instant::now(), session.make(&put).await.unwrap());
    while session.find(&put).await.unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "never found");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(began.elapsed() >= Duration::from_millis(500));
    assert_eq!(session.find(&put).await.unwrap(), Some(made));
}

#[tokio::test]
async fn f9_a_search_that_lags_does_not_hide_the_lead_we_made() {
    let (crm, user) = space(|_| ()).await;
    crm.faults().set_search_lag(Duration::from_mins(1));
    let session = open(&crm, user, &json!({}));
    let mut first = Known::default();
    deliver(session.as_ref(), &call("incoming", "answered"), &mut first).await.unwrap();
    let mut second = Known { remembered: first.remembered, ..Known::default() };
    let other = Call { id: schemas::CallId("acme-pbx/8".to_owned()), ..call("incoming", "missed") };
    deliver(session.as_ref(), &other, &mut second).await.unwrap();
    let lead = only(&crm, "leads").id;
    assert!(crm.live("calls").iter().all(|call| call.get("lead_id") == lead));
}
