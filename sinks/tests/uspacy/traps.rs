//! What stands in the way, told apart; and what changes in the space meanwhile.

use simulators::faults::Failure as Broken;

use super::*;

#[tokio::test]
async fn f4_f5_what_stands_in_the_way_is_told_apart() {
    let (crm, user) = space(|_| ()).await;
    let session = open(&crm, user, &json!({"request_timeout": "1s"}));
    let mut known = Known::default();
    let put = first_put(session.as_ref(), &call("incoming", "answered"), &mut known).await;
    for (status, kind) in [(503, "unavailable"), (502, "outcome_unknown"), (401, "token_dead"), (400, "refused")] {
        crm.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.make(&put).await.unwrap_err().kind(), kind, "{status}");
    }
    crm.faults().hang_next(1);
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
    crm.faults().hang_next(1);
    assert_eq!(session.find(&put).await.unwrap_err().kind(), "unavailable");
    crm.stop().await;
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "unavailable");
    crm.restart().await.unwrap();
    session.make(&put).await.unwrap();
    assert_eq!(crm.live("leads").len(), 1);
}

#[tokio::test]
async fn f5_too_many_requests_are_a_quota_with_how_long_to_wait_in_either_form() {
    for date in [false, true] {
        let trap = |traps: &mut Traps| (traps.per_minute, traps.retry_after_is_a_date) = (Some(1), date);
        let (crm, user) = space(trap).await;
        let session = open(&crm, user, &json!({}));
        session.look(&users()).await.unwrap();
        let failure = session.check().await.unwrap_err();
        let wait = match &failure {
            Failure::Quota { retry_after: Some(wait), .. } => wait.as_secs(),
            other => panic!("{other}"),
        };
        assert!((30..=60).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn f7_a_refusal_carries_the_crms_word_and_field_with_422_and_with_200() {
    for with_200 in [false, true] {
        let (crm, user) = space(|traps| traps.refusals_with_200 = with_200).await;
        let session = open(&crm, user, &json!({}));
        let mut put = first_put(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await;
        put.content.insert("colour".to_owned(), json!("red"));
        let failure = session.make(&put).await.unwrap_err();
        let Failure::Refused { field, said } = &failure else { panic!("{failure}") };
        assert!(said.contains("The colour field is unknown."), "{said}");
        assert_eq!(field.as_deref(), (!with_200).then_some("colour"));
        assert_eq!(crm.live("leads").len(), 0);
    }
}

#[tokio::test]
async fn f10_what_is_gone_is_left_so() {
    for at_entities in [false, true] {
        let (crm, user) = space(|traps| traps.activities_at_entities = at_entities).await;
        let session = open(&crm, user, &json!({}));
        let mut known = Known::default();
        deliver(session.as_ref(), &call("incoming", "missed"), &mut known).await.unwrap();
        for (name, table) in [("lead", "leads"), ("call", "calls"), ("activity", "activities")] {
            let made = &known.made[name];
            crm.trash(table, made.crm_id.parse().unwrap());
            let mut content = made.content.clone();
            content.insert(if name == "call" { "subject" } else { "title" }.to_owned(), json!("x"));
            let (record, name) = (name.to_owned(), name.to_owned());
            let put = Put { name, record, content, marker: String::new(), remember: None, why: String::new() };
            let failure = session.change(&put, &made.crm_id, &made.content).await.unwrap_err();
            assert_eq!(failure.kind(), "gone", "{}: {failure}", put.name);
            for wrong in ["", "7/../8", "x"] {
                assert_eq!(session.change(&put, wrong, &made.content).await.unwrap_err().kind(), "refused", "{wrong}");
            }
        }
    }
}

#[tokio::test]
async fn f10_a_remembered_lead_in_the_trash_is_not_taken() {
    for answers in [false, true] {
        let (crm, user) = space(|traps| traps.trash_answers = answers).await;
        let session = open(&crm, user, &json!({}));
        let old = crm.add_lead(DIGITS, user);
        crm.trash("leads", old);
        let remembered = BTreeMap::from([("lead".to_owned(), old.to_string())]);
        let mut known = Known { remembered, ..Known::default() };
        deliver(session.as_ref(), &call("incoming", "answered"), &mut known).await.unwrap();
        let lead = only(&crm, "leads").id;
        assert_ne!(lead, old);
        assert_eq!((only(&crm, "calls").get("lead_id"), &known.remembered["lead"]), (&json!(lead), &lead.to_string()));
    }
}

#[tokio::test]
async fn f11_who_left_a_minute_ago_gets_nothing_and_it_is_decided_anew() {
    let (crm, user) = space(|_| ()).await;
    let default = crm.add_user("Типовий");
    let session = open(&crm, user, &json!({"default_responsible": default}));
    session.look(&users()).await.unwrap();
    crm.dismiss(user);
    let failure = deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unavailable(why) if why.contains("left meanwhile")), "{failure}");
    let note = deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap();
    assert!(note.contains("no longer works there"), "{note}");
    assert_eq!(
        (only(&crm, "leads").get("owner"), only(&crm, "calls").get("employees")),
        (&json!(default), &json!([default]))
    );
}

#[tokio::test]
async fn users_are_read_page_by_page_and_kept_for_a_while() {
    let (crm, user) = space(|_| ()).await;
    for n in 1..230 {
        crm.add_user(&format!("Співробітник {n}"));
    }
    let session = open(&crm, user, &json!({}));
    let found = session.look(&users()).await.unwrap();
    assert_eq!(found.as_array().unwrap().len(), 230);
    assert_eq!(session.look(&users()).await.unwrap(), found);
    assert_eq!(crm.requests("GET", "/company/v1/users"), 3);
}

#[tokio::test]
async fn a16_strangers_that_a_search_brings_along_are_not_the_client() {
    let trap = |traps: &mut Traps| (traps.q_is_passed_over, traps.filters_are_passed_over) = (true, true);
    let (crm, user) = space(trap).await;
    for n in 0..150 {
        crm.add_lead(&format!("38050{n:07}"), user);
        crm.add_contact("Інша", &format!("38063{n:07}"));
    }
    let session = open(&crm, user, &json!({}));
    let note = deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap();
    assert_eq!(crm.live("leads").len(), 151, "{note}");
    assert_eq!(only(&crm, "calls").get("contact_id"), &Value::Null);
    assert!(crm.requests("GET", "/crm/v1/entities") < 15, "a search that is passed over is not read to its end");
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_not_nobody() {
    let (crm, user) = space(|_| ()).await;
    let session = open(&crm, user, &json!({}));
    crm.faults().fail_next(1, Broken::new(204));
    assert_eq!(session.look(&users()).await.unwrap_err().kind(), "not_understood");
}
