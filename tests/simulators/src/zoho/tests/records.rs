//! Records, searches, fields.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn bodies_are_held_to_their_fields() {
    let asking = Asking::new().await;
    let with = |key: &str, value: Value| {
        let mut call = call();
        call[key] = value;
        call
    };
    let long = "я".repeat(101);
    asking.desk.add_field("calls", "x", "Text");
    let rows = [
        (with("colour", json!("red")), "/colour", "invalid"),
        (with("subject", json!(5)), "/subject", "invalid"),
        (with("subject", json!("я".repeat(301))), "/subject", "invalid"),
        (with("contactId", Value::Null), "/contactId", "invalid"),
        (with("contactId", json!("5")), "/contactId", "invalid"),
        (with("departmentId", json!("7")), "/departmentId", "invalid"),
        (with("startTime", json!("2026-11-19T09:00:00Z")), "/startTime", "invalid"),
        (with("startTime", json!(1_468_484_846_000_u64)), "/startTime", "invalid"),
        (with("status", json!("Done")), "/status", "invalid"),
        (with("cf", json!({"cf_x": long})), "/cf/cf_x", "invalid"),
        (with("cf", json!({"cf_x": 5})), "/cf/cf_x", "invalid"),
        (with("cf", json!({"cf_y": "1"})), "/cf/cf_y", "invalid"),
        (json!({"subject": "x"}), "/departmentId", "missing"),
    ];
    for (body, field, kind) in rows {
        let (status, code, answer) = asking.post("calls", &body).await;
        let error = &answer["errors"][0];
        assert_eq!((status, code.as_str()), (422, "INVALID_DATA"), "{body}");
        assert_eq!((error["fieldName"].as_str(), error["errorType"].as_str()), (Some(field), Some(kind)), "{body}");
    }
    assert_eq!(asking.post("calls", &json!({})).await.1, "EMPTY_PAYLOAD");
    let form = read(asking.request(Method::POST, "calls").body("x=1")).await;
    assert_eq!((form.0, form.1.as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    asking.desk.demand("calls", Some("cf_branch"));
    assert_eq!(asking.post("calls", &call()).await.2["errors"][0]["fieldName"], "/cf/cf_branch");
    assert!(asking.desk.records("calls").is_empty());
}

#[tokio::test]
async fn records_are_made_changed_and_gone() {
    let asking = Asking::new().await;
    let contact = asking.post("contacts", &json!({"lastName": "x", "ownerId": asking.agent})).await.2;
    assert_eq!(contact["ownerId"], asking.agent.to_string(), "ids are texts");
    let ticket = json!({"subject": "x", "departmentId": 201, "contactId": contact["id"]});
    let ticket = asking.post("tickets", &ticket).await.2;
    assert_eq!((&ticket["status"], &ticket["statusType"]), (&json!("Open"), &json!("Open")));
    let path = format!("tickets/{}", ticket["id"].as_str().unwrap());
    let changed = asking.patch(&path, &json!({"status": "Closed", "cf": {"cf_rs_utm_term": "x"}})).await.2;
    assert_eq!((&changed["statusType"], &changed["cf"]["cf_rs_utm_term"]), (&json!("Closed"), &json!("x")));
    let changed = asking.patch(&path, &json!({"cf": {"cf_rs_utm_source": "y"}})).await.2;
    assert_eq!(changed["cf"], json!({"cf_rs_utm_term": "x", "cf_rs_utm_source": "y"}));
    asking.desk.dismiss(asking.agent);
    assert_eq!(asking.patch(&path, &json!({"assigneeId": asking.agent})).await.0, 422, "who left is given nothing");
    asking.desk.remove("tickets", ticket["id"].as_str().unwrap().parse().unwrap());
    for answered in [asking.get(&path).await, asking.patch(&path, &json!({"subject": "x"})).await] {
        assert_eq!((answered.0, answered.1.as_str()), (404, "URL_NOT_FOUND"));
    }
    assert_eq!(asking.get("leads").await.0, 404);
    assert_eq!(read(asking.request(Method::DELETE, "calls")).await.1, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn searches_are_held_to_their_keys_and_lag_behind() {
    let asking = Asking::new().await;
    let contact = asking.desk.add_contact("Ромашка", "phone", "+380671112233");
    let ticket = asking.desk.add_ticket(contact, "Closed");
    asking.desk.add_ticket(contact, "Очікує");
    for (path, count) in [
        ("contacts/search?phone=380671112233", 0),
        ("contacts/search?phone=380671112233,%2B380671112233", 1),
        ("contacts/search?phone=*671112233", 1),
        ("contacts/search?mobile=*671112233", 0),
        (&format!("tickets/search?contactId={contact}"), 2),
        (&format!("tickets/search?contactId={contact}&status=$%7Bopen%7D"), 1),
        (&format!("tickets/search?contactId={contact}&from=2"), 0),
        (&format!("tickets/search?id={ticket}"), 1),
        ("tickets/search?createdTimeRange=2020-01-01T00:00:00.000Z,2020-01-02T00:00:00.000Z", 0),
    ] {
        let (status, _, body) = asking.get(path).await;
        assert_eq!(status, if count == 0 { 204 } else { 200 }, "{path}");
        assert_eq!(body["data"].as_array().map_or(0, Vec::len), count, "{path}");
    }
    for wrong in [
        "contacts/search?contactId=5",
        "calls/search?phone=5",
        "tickets/search?limit=101",
        "tickets/search?from=1000",
        "tickets/search?sortBy=subject",
        "tickets/search?createdTimeRange=today",
        "agents?from=0",
        "fields?module=leads",
    ] {
        assert_eq!(asking.get(wrong).await.0, 422, "{wrong}");
    }
    asking.desk.faults().set_search_lag(Duration::from_hours(1));
    let made = asking.post("calls", &call()).await.2;
    assert_eq!(asking.get("calls/search?subject=x").await.0, 204);
    assert_eq!(asking.get(&format!("calls/{}", made["id"].as_str().unwrap())).await.0, 200, "its id finds it");
}

#[tokio::test]
async fn fields_are_shown_with_their_types() {
    let asking = Asking::new().await;
    asking.desk.add_field("tickets", "Landing page", "Textarea");
    let rows = asking.get("fields?module=tickets").await.2;
    let rows = rows["data"].as_array().unwrap();
    let shown = |name: &str| {
        let row = rows.iter().find(|row| row["apiName"] == name).unwrap();
        (row["displayLabel"].as_str().unwrap(), row["type"].as_str().unwrap(), row["isCustomField"].as_bool().unwrap())
    };
    assert_eq!(shown("cf_rs_utm_source"), ("rs_utm_source", "Text", true));
    assert_eq!(shown("cf_landing_page"), ("Landing page", "Textarea", true));
    assert_eq!(shown("departmentId"), ("departmentId", "LookUp", false));
}
