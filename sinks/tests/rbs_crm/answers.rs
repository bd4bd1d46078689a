//! What the CRM answers, and what it makes of what it is given.

use super::*;

#[tokio::test]
async fn any_text_arrives_as_it_is() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    open(&crm, &[user], &json!({})).make(&task(user)).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::Tasks)[0].get("name"), "Рога & <Копыта> ]]> 100%");
}

#[tokio::test]
async fn f7_a_refusal_carries_the_crms_word() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    let failure = session.make(&task(999)).await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { said, .. } if said.contains("responsible")), "{failure}");
}

#[tokio::test]
async fn f4_f5_what_stands_in_the_way_is_told_apart() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({"request_timeout": "1s"}));
    session.check().await.unwrap();
    crm.faults().fail_next(1, Broken::new(429).retry_after("7"));
    let quota = session.make(&task(user)).await.unwrap_err();
    assert!(matches!(quota, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == 7), "{quota}");
    for (status, kind) in [(503, "unavailable"), (502, "outcome_unknown"), (401, "token_dead"), (400, "refused")] {
        crm.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), kind, "{status}");
    }
    crm.faults().hang_next(1);
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    crm.faults().hang_next(1);
    assert_eq!(session.find(&task(user)).await.unwrap_err().kind(), "unavailable");
    crm.stop().await;
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "unavailable");
    crm.restart().await.unwrap();
    session.make(&task(user)).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::Tasks).len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_has_its_place() {
    let place = |entry: ConnectionEntry| {
        let problems = rbs_crm::RbsCrm.open(&entry, &memos()).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>().join(" ")
    };
    let good = || entry("https://c1.rbs360.ru", &[17], &json!({}), "secret");
    assert_eq!(place(good()), "");
    let mut zone = good();
    zone.connection.timezone = "Mars/Base".to_owned();
    assert_eq!(place(zone), "timezone");
    assert_eq!(place(entry("c1.rbs360.ru", &[17], &json!({}), "secret")), "base_url");
    assert_eq!(place(entry("https://c1.rbs360.ru", &[17], &json!({}), "")), "credentials.password");
    let settings: Map<String, Value> = Map::from_iter([("create".to_owned(), json!(true))]);
    assert_eq!(rbs_crm::RbsCrm.check_settings(&settings, &[]).len(), 1);
}

#[tokio::test]
async fn f13_a_field_that_is_suddenly_required_is_refused_by_its_name() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    crm.add_company("Ромашка", "phone", CLIENT, None);
    crm.demand(Table::ContactDocuments, "stage", true);
    let session = open(&crm, &[user], &everything());
    let failure = deliver(session.as_ref(), &call("missed", &[]), &mut Known::default()).await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { said, .. } if said.contains("stage")), "{failure}");
    assert!(crm.snapshot().rows(Table::ContactDocuments).is_empty());
}
