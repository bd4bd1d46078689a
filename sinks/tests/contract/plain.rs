//! What a connector does when nothing goes wrong.

use backbone::ledger::Status;
use serde_json::{Value, json};
use sinks::Failure;

use crate::calls::{Told, Went, call};
use crate::far::{Far, Role};
use crate::site::{Site, connector, memos};

pub async fn settings_are_typed_and_their_schema_names_them(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let entry = far().await.entry();
    let (connector, connection) = (connector(&entry), &entry.connection);
    let check = |settings: &serde_json::Map<String, Value>| connector.check_settings(settings, &connection.employees);
    assert_eq!(check(&connection.settings), []);
    for (key, wrong) in [
        ("colour", json!("red")),
        ("max_in_flight", json!(0)),
        ("max_in_flight", json!("4")),
        ("search_lag", json!("30")),
        ("request_timeout", json!("1h")),
        ("retry_for", json!("1s")),
        ("max_per_minute", json!(-1)),
    ] {
        let mut settings = connection.settings.clone();
        settings.insert(key.to_owned(), wrong.clone());
        let problems = check(&settings);
        assert_eq!(problems.len(), 1, "{key} = {wrong}: {problems:?}");
        assert_eq!(problems[0].path, ["settings", key], "{wrong}");
    }
    let refused = |record: &str, link: &str| {
        let mut settings = connection.settings.clone();
        settings.insert("links".to_owned(), json!({ record: link }));
        let problems = check(&settings);
        assert_eq!((problems.len(), problems[0].path.join(".")), (1, format!("settings.links.{record}")));
        problems[0].message.clone()
    };
    let known = refused("colour", "https://crm.test/{id}");
    for record in known.split_once("known: ").unwrap().1.split(", ") {
        assert!(refused(record, "https://crm.test/").contains("{id}"));
    }
    let schema = serde_json::to_value(connector.settings_schema()).unwrap();
    let usual =
        ["max_in_flight", "search_lag", "max_per_minute", "retry_for", "request_timeout", "links"].map(str::to_owned);
    for key in connection.settings.keys().chain(&usual) {
        assert!(schema["properties"].get(key).is_some(), "the schema does not name {key}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

pub async fn check_says_connected_and_f6_refused_credentials_are_dead(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let far = far().await;
    let session = connector(&far.entry()).open(&far.entry(), &memos()).ok().unwrap();
    let said = session.check().await.unwrap().who;
    assert!(said.starts_with("connected"), "{said}");
    far.refuse_credentials();
    for session in [session, connector(&far.entry()).open(&far.entry(), &memos()).ok().unwrap()] {
        let failure = session.check().await.unwrap_err();
        assert!(matches!(failure, Failure::TokenDead(_)), "{failure}");
        assert!(far.secrets().iter().all(|secret| !failure.to_string().contains(secret)), "{failure}");
    }
}

pub async fn every_outcome_makes_one_record_of_the_call(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let known = ["380671110001", "380671110002", "380671110003"];
    for number in known {
        site.far.know(number);
    }
    let (cards, before) = (site.held(Role::Card).len(), site.held(Role::Call).len());
    let told: Vec<Told> = [
        ("1", "380672220001", Went::AnsweredIn),
        ("2", known[0], Went::AnsweredIn),
        ("3", "380672220002", Went::MissedIn),
        ("4", known[1], Went::MissedIn),
        ("5", "380672220003", Went::AnsweredOut),
        ("6", known[2], Went::AnsweredOut),
        ("7", known[2], Went::MissedOut),
    ]
    .map(|(session, number, went)| call(session, number, went))
    .into();
    for (told, made) in told.iter().zip(1..) {
        let notes = site.deliver(&[told]).await;
        assert!(!notes[0].is_empty(), "a note says what was made");
        assert_eq!(site.held(Role::Call).len(), before + made, "one record of {told:?}: {:#?}", site.far.records());
    }
    assert_eq!(site.held(Role::Card).len(), cards + 3, "a card for each new number: {:#?}", site.far.records());
}

pub async fn a7_an_unmapped_employee_changes_no_count_and_the_note_says_so(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", "380672220001", Went::AnsweredIn).by(&["999"]);
    let notes = site.deliver(&[&told]).await;
    assert_eq!(site.held(Role::Call).len(), 1);
    assert!(!site.far.assigns_calls() || notes[0].contains("not in the mapping"), "{}", notes[0]);
}

pub async fn a16_a_hidden_caller_is_registered_and_gets_no_card(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    site.far.know("380671110001");
    let cards = site.held(Role::Card).len();
    for (session, went) in [("1", Went::AnsweredIn), ("2", Went::MissedIn)] {
        site.deliver(&[&call(session, "", went).hidden()]).await;
    }
    assert_eq!((site.held(Role::Call).len(), site.held(Role::Card).len()), (2, cards));
}

pub async fn no_secret_is_written_down(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", "380672220001", Went::MissedIn);
    site.deliver(&[&told]).await;
    let unlucky = call("2", "380672220002", Went::AnsweredIn);
    site.far.demand_field(true);
    site.tell(&[&unlucky]).await;
    site.until(&unlucky, Status::Dead).await;
    site.far.refuse_credentials();
    let written = format!("{:?} {:?}", site.delivery(&told.call()).await, site.delivery(&unlucky.call()).await);
    let secrets = site.far.secrets();
    assert!(!secrets.is_empty() && secrets.iter().all(|secret| secret.len() >= 6), "{}", secrets.len());
    for secret in secrets {
        assert!(!written.contains(&secret), "{written}");
    }
}
