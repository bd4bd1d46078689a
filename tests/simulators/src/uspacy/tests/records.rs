//! Records: what may stand in them, and where they are.

use reqwest::Method;
use serde_json::json;

use super::super::*;
use super::{ACTIVITIES_PATH, CALLS_PATH, LEADS_PATH, Wire};

#[tokio::test]
async fn a_lead_is_checked_field_by_field() {
    let wire = Wire::start(|_| ()).await;
    let (user, left) = (wire.crm.add_user("Анна"), wire.crm.add_user("Борис"));
    wire.crm.dismiss(left);
    let lead = json!({"title": "380671112233", "owner": user, "comments": "x", "utm_source": "google",
        "phone": [{"type": "mobile", "value": "380671112233", "main": true}]});
    let (status, made) = wire.post(LEADS_PATH, lead.clone()).await;
    assert_eq!(
        (status, made["kanban_status"].as_str(), made["converted"].as_bool()),
        (201, Some("IN_WORK"), Some(false))
    );
    for (field, value) in [
        ("colour", json!("red")),
        ("owner", json!(left)),
        ("owner", json!(999)),
        ("owner", json!("1")),
        ("title", json!(380_671_112_233_u64)),
        ("phone", json!("380671112233")),
        ("phone", json!([{"type": "cell", "value": "1"}])),
        ("source", json!("nowhere")),
        ("contacts", json!([1])),
        ("id", json!(5)),
    ] {
        let mut wrong = lead.clone();
        wrong[field] = value.clone();
        let (status, said) = wire.post(LEADS_PATH, wrong).await;
        assert_eq!((status, &said["status"]), (422, &json!(false)), "{field} {value}");
        assert!(said["errors"][field][0].is_string(), "{field} {value}: {said}");
    }
    assert_eq!(wire.post(LEADS_PATH, json!({"owner": user})).await.0, 422, "the title is required");
    assert_eq!(wire.crm.live(LEADS).len(), 1);
    wire.crm.trap(|traps| traps.refusals_with_200 = true);
    let (status, said) = wire.post(LEADS_PATH, json!({"owner": user})).await;
    assert_eq!((status, &said["status"]), (200, &json!(false)));
    assert!(said["error"].as_str().unwrap().contains("title"), "{said}");
}

#[tokio::test]
async fn nothing_stops_two_leads_of_one_number() {
    let wire = Wire::start(|_| ()).await;
    let lead = json!({"title": "380671112233"});
    let (one, two) = tokio::join!(wire.post(LEADS_PATH, lead.clone()), wire.post(LEADS_PATH, lead));
    assert_eq!((one.0, two.0, wire.crm.live(LEADS).len()), (201, 201, 2));
}

#[tokio::test]
async fn a_call_is_checked_field_by_field() {
    let wire = Wire::start(|_| ()).await;
    let user = wire.crm.add_user("Анна");
    let lead = wire.crm.add_lead("380671112233", user);
    let call = json!({"integration_code": "x", "external_id": 123_456, "call_type": "incoming", "from": "380671112233",
        "to": "380441112233", "begin_time": 1_707_000_000, "end_time": 1_707_000_069, "duration": 57, "lead_id": lead,
        "entity_table": "leads", "employees": [user], "ended_call_status": "answered"});
    let (status, made) = wire.post(CALLS_PATH, call.clone()).await;
    assert_eq!((status, made["external_id"].as_u64()), (201, Some(123_456)));
    for (field, value) in [
        ("external_id", json!("call-77")),
        ("employees", json!([999])),
        ("lead_id", json!(999)),
        ("call_type", json!("inbound")),
        ("from", json!("+380671112233")),
        ("end_time", json!(1_706_000_000)),
        ("begin_time", json!("2026-11-19")),
        ("call_record_link", json!("r.mp3")),
        ("colour", json!(1)),
    ] {
        let mut wrong = call.clone();
        wrong[field] = value.clone();
        assert_eq!(wire.post(CALLS_PATH, wrong).await.0, 422, "{field} {value}");
    }
    wire.crm.trap(|traps| (traps.external_id_is_text, traps.demanded_of_calls) = (true, Some("tmp_id".to_owned())));
    let (status, said) = wire.post(CALLS_PATH, call).await;
    assert!(status == 422 && said["errors"]["tmp_id"].is_array(), "{said}");
    let late = json!({"call_record_link": "https://r.test/1.mp3"});
    let item = format!("{CALLS_PATH}/{}", made["id"]);
    assert_eq!(wire.ask(Method::PATCH, &item, Some(late)).await.1["call_record_link"], "https://r.test/1.mp3");
}

#[tokio::test]
async fn one_activity_answers_on_one_of_two_paths() {
    let wire = Wire::start(|_| ()).await;
    let user = wire.crm.add_user("Анна");
    let lead = wire.crm.add_lead("380671112233", user);
    let activity = json!({"title": "x", "type": "call", "status": "planned", "start_time": 1, "end_time": 2,
        "responsible_id": user, "crm_entities": {"leads": [{"id": lead}]}});
    let (status, made) = wire.post(ACTIVITIES_PATH, activity.clone()).await;
    assert_eq!(status, 201);
    for (field, value) in
        [("status", json!("open")), ("responsible_id", json!(999)), ("crm_entities", json!({"leads": [{"id": 999}]}))]
    {
        let mut wrong = activity.clone();
        wrong[field] = value;
        assert_eq!(wire.post(ACTIVITIES_PATH, wrong).await.0, 422, "{field}");
    }
    let done = || Some(json!({"status": "done"}));
    let (there, other) =
        (format!("{ACTIVITIES_PATH}/{}", made["id"]), format!("/activities/v1/entities/{}", made["id"]));
    assert_eq!(wire.ask(Method::PATCH, &other, done()).await.0, 404);
    assert_eq!(wire.ask(Method::PATCH, &there, done()).await.1["status"], "done");
    wire.crm.trap(|traps| (traps.activities_at_entities, traps.other_activity_path) = (true, 405));
    assert_eq!(wire.ask(Method::PATCH, &there, done()).await.0, 405);
    assert_eq!(wire.ask(Method::PATCH, &other, done()).await.0, 200);
}

#[tokio::test]
async fn what_is_in_the_trash_is_in_no_list_and_comes_back_by_restoring() {
    let wire = Wire::start(|_| ()).await;
    let lead = wire.crm.add_lead("380671112233", 1);
    let item = format!("{LEADS_PATH}/{lead}");
    assert_eq!(wire.ask(Method::DELETE, &item, None).await.0, 204);
    assert_eq!(wire.get(&item).await.0, 404);
    assert_eq!(wire.ask(Method::PATCH, &item, Some(json!({"title": "x"}))).await.0, 404);
    assert!(Wire::ids(&wire.get(LEADS_PATH).await.1).is_empty() && wire.crm.live(LEADS).is_empty());
    wire.crm.trap(|traps| traps.trash_answers = true);
    assert!(wire.get(&item).await.1["deleted_at"].is_u64());
    assert_eq!(wire.post(&format!("{LEADS_PATH}/trash/restore"), json!({"entity_ids": [lead]})).await.0, 200);
    assert_eq!(wire.get(&item).await.0, 200);
    assert_eq!(wire.ask(Method::PUT, &item, None).await.0, 405);
    assert_eq!(wire.ask(Method::DELETE, LEADS_PATH, None).await.0, 405);
    assert_eq!(wire.get("/crm/v1/entities/dragons").await.0, 404);
}
