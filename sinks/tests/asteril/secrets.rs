//! A6, H3: the key stands in every address, and nowhere else.

use simulators::faults::Failure as Broken;

use super::*;

#[tokio::test]
async fn a6_the_key_is_in_no_error_however_the_crm_quotes_it() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({"request_timeout": "1s"}));
    let (put, _) = wanted(&*session, &missed(), "call").await;
    let mut failures = Vec::new();
    for flags in [false, true] {
        crm.trap(|traps| {
            (traps.flags, traps.quotes, traps.demanded) = (flags, true, Some("department_id".to_owned()));
        });
        failures.push(session.make(&put).await.unwrap_err());
        crm.trap(|traps| traps.wrong_domain = true);
        failures.push(session.make(&put).await.unwrap_err());
        failures.push(session.find(&put).await.unwrap_err());
        failures.push(session.check().await.unwrap_err());
        crm.trap(|traps| traps.wrong_domain = false);
    }
    assert!(failures.iter().all(|failure| failure.to_string().contains("(the key)")), "{failures:?}");
    crm.faults().fail_next(1, Broken::new(500));
    failures.push(session.make(&put).await.unwrap_err());
    crm.faults().hang_next(1);
    failures.push(session.make(&put).await.unwrap_err());
    crm.stop().await;
    failures.push(session.make(&put).await.unwrap_err());
    for failure in failures {
        assert!(!format!("{failure} {failure:?}").contains(&KEY[..8]), "{failure}");
    }
}

#[tokio::test]
async fn a6_the_key_is_in_no_record_and_no_note() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({"utm": true, "fields": {"call_id": "custom_field_1"}}));
    let mut known = Known::default();
    let note = deliver(&*session, &missed(), &mut known).await.unwrap();
    assert!(!format!("{note} {known:?}").contains(KEY));
}
