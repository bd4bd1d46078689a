//! That it refuses what the real one would, in the words the real one is taken to have.

use reqwest::Method;
use serde_json::{Value, json};

use super::*;

const TOKEN: &str = "company-token";

async fn office() -> Sitniks {
    Sitniks::start(SitniksOptions::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

async fn ask(crm: &Sitniks, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = reqwest::Client::new().request(method, format!("{}/open-api{path}", crm.base_url()));
    request = request.bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn get(crm: &Sitniks, path: &str) -> (u16, Value) {
    ask(crm, TOKEN, "GET", path, None).await
}

async fn send(crm: &Sitniks, method: &str, path: &str, body: &Value) -> (u16, Value) {
    ask(crm, TOKEN, method, path, Some(body)).await
}

fn row(change: &Value) -> Value {
    let mut row = json!({
        "externalId": "pbx/1", "direction": "in", "phone": "+380671112233", "managerId": null, "status": "active",
        "startedAt": "2024-02-03T08:11:12.000Z"
    });
    row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    row
}

#[tokio::test]
async fn every_request_needs_the_token_and_a_paid_plan() {
    let crm = office().await;
    assert_eq!(get(&crm, "/managers").await.0, 200);
    let unauthorized = json!({"statusCode": 401, "message": "Unauthorized"});
    assert_eq!(ask(&crm, "another", "GET", "/managers", None).await, (401, unauthorized));
    crm.set_traps(Traps { trial: true, ..Traps::default() });
    for path in ["/managers", "/clients", "/nothing"] {
        let (status, said) = get(&crm, path).await;
        assert_eq!((status, said["error"].as_str()), (403, Some("Forbidden")), "{path}");
    }
    crm.set_traps(Traps { token_refused: true, ..Traps::default() });
    assert_eq!(get(&crm, "/managers").await.0, 401);
}

#[tokio::test]
async fn paths_and_methods_that_it_lacks_are_told_of_as_the_framework_does() {
    let crm = office().await;
    for (method, path) in [("GET", "/nothing"), ("PATCH", "/clients/1"), ("DELETE", "/calls/1"), ("POST", "/managers")]
    {
        let (status, said) = send(&crm, method, path, &json!({})).await;
        assert_eq!((status, said["message"].as_str()), (404, Some(&*format!("Cannot {method} /open-api{path}"))));
    }
    let (status, said) = send(&crm, "PATCH", "/calls/x", &json!({})).await;
    assert_eq!((status, said["error"].as_str()), (400, Some("Bad Request")));
}

#[tokio::test]
async fn a_client_needs_a_name_and_a_number_and_nothing_that_is_not_known() {
    let crm = office().await;
    for (body, message) in [
        (json!({"phone": "+380671112233"}), "fullname must be longer than or equal to 3 characters"),
        (json!({"fullname": "ab", "phone": "+380671112233"}), "fullname must be longer than or equal to 3 characters"),
        (json!({"fullname": "Олена"}), "phone must be a valid phone number"),
        (json!({"fullname": "Олена", "phone": "067 111"}), "phone must be a valid phone number"),
        (json!({"fullname": "Олена", "phone": "+380671112233", "colour": 1}), "property colour should not exist"),
        (json!({"fullname": "Олена", "phone": "+380671112233", "comment": "x"}), "property comment should not exist"),
    ] {
        let (status, said) = send(&crm, "POST", "/clients", &body).await;
        assert_eq!((status, &said["message"]), (400, &json!([message])), "{body}");
    }
    let (status, made) = send(&crm, "POST", "/clients", &json!({"fullname": "Олена", "phone": "+380671112233"})).await;
    assert_eq!((status, made["id"].as_u64()), (201, Some(FIRST_ID)));
    let (status, changed) = send(&crm, "PUT", &format!("/clients/{FIRST_ID}"), &json!({"comment": "x"})).await;
    assert_eq!((status, changed["comment"].as_str(), changed["fullname"].as_str()), (200, Some("x"), Some("Олена")));
    assert_eq!(get(&crm, "/clients/7").await.0, 404);
}

#[tokio::test]
async fn a_number_is_found_only_as_it_is_written() {
    let crm = office().await;
    crm.add_client("Олена", "0671112233");
    for (phone, found) in [("0671112233", 1), ("%2B380671112233", 0), ("671112233", 0)] {
        assert_eq!(get(&crm, &format!("/clients?phone={phone}&limit=10")).await.1["count"], found, "{phone}");
    }
    crm.set_traps(Traps { filters_passed_over: true, clients_under_their_name: true, ..Traps::default() });
    assert_eq!(get(&crm, "/clients?phone=1").await.1["clients"][0]["fullname"], "Олена");
}

#[tokio::test]
async fn lists_have_pages_of_at_most_fifty() {
    let crm = office().await;
    for n in 0..60 {
        crm.add_client("Клієнт", &format!("0{n}"));
    }
    let (_, said) = get(&crm, "/clients").await;
    assert_eq!((said["data"].as_array().unwrap().len(), said["count"].as_u64()), (10, Some(60)));
    assert_eq!(get(&crm, "/clients?limit=50&skip=50").await.1["data"].as_array().unwrap().len(), 10);
    for query in ["limit=51", "limit=0", "limit=x", "skip=-1", "page=2"] {
        assert_eq!(get(&crm, &format!("/clients?{query}")).await.0, 400, "{query}");
    }
    assert_eq!(get(&crm, "/managers?limit=100").await.0, 200);
}

#[tokio::test]
async fn a_row_is_looked_at_field_by_field() {
    let crm = office().await;
    for (change, message) in [
        (json!({"externalId": ""}), "externalId must be a non-empty string"),
        (json!({"direction": "incoming"}), "direction must be one of the following values"),
        (json!({"status": "done"}), "status must be one of the following values"),
        (json!({"startedAt": "2024-02-03 08:11:12"}), "startedAt must be a valid ISO 8601 date string"),
        (json!({"duration": "5"}), "duration must not be less than 0"),
        (json!({"duration": -5}), "duration must not be less than 0"),
        (json!({"managerId": "5"}), "managerId must be a number"),
        (json!({"recordUrl": "r"}), "recordUrl must be a URL address"),
        (json!({"colour": 1}), "property colour should not exist"),
    ] {
        let (status, said) = send(&crm, "POST", "/calls", &row(&change)).await;
        assert_eq!((status, &said["message"]), (400, &json!([message])), "{change}");
    }
    let (_, said) = send(&crm, "POST", "/calls", &json!({"externalId": "x"})).await;
    assert_eq!(said["message"].as_array().unwrap().len(), 3, "{said}");
    for field in ["clientId", "managerId"] {
        let (status, said) = send(&crm, "POST", "/calls", &row(&json!({ field: 7 }))).await;
        assert_eq!((status, said["message"].as_str()), (400, Some(&*format!("{field} 7 does not exist"))));
    }
    assert!(crm.records(CALLS).is_empty());
}

#[tokio::test]
async fn a_row_shows_the_clients_name_and_only_some_fields_of_it_change() {
    let crm = office().await;
    let (client, manager) = (crm.add_client("Олена", "0671112233"), crm.add_manager("Іван"));
    let (status, made) = send(&crm, "POST", "/calls", &row(&json!({ "clientId": client }))).await;
    assert_eq!((status, made["client"]["fullname"].as_str()), (201, Some("Олена")));
    let path = format!("/calls/{}", made["id"]);
    let end = json!({"status": "completed", "duration": 57, "recordUrl": "https://r/1", "managerId": manager});
    let (status, changed) = send(&crm, "PATCH", &path, &end).await;
    assert_eq!((status, changed["manager"]["user"]["fullname"].as_str()), (200, Some("Іван")));
    for field in ["phone", "startedAt", "clientId", "externalId"] {
        assert_eq!(send(&crm, "PATCH", &path, &json!({ field: null })).await.0, 400, "{field}");
    }
    assert_eq!(send(&crm, "PATCH", "/calls/7", &json!({"duration": 1})).await.0, 404);
    for query in ["externalId=pbx%2F1", "phone=%2B380671112233", &format!("clientId={client}")] {
        assert_eq!(get(&crm, &format!("/calls?{query}")).await.1["count"], 1, "{query}");
    }
    assert_eq!(get(&crm, "/calls?externalId=pbx").await.1["count"], 0);
}

#[tokio::test]
async fn a_second_row_of_one_call_is_in_conflict_or_made_as_the_switch_says() {
    let crm = office().await;
    let (_, made) = send(&crm, "POST", "/calls", &row(&json!({}))).await;
    let (status, said) = send(&crm, "POST", "/calls", &row(&json!({}))).await;
    assert_eq!((status, &said["id"]), (409, &made["id"]));
    crm.set_traps(Traps { conflict_unnamed: true, ..Traps::default() });
    assert_eq!(send(&crm, "POST", "/calls", &row(&json!({}))).await.1["id"], Value::Null);
    crm.set_traps(Traps { duplicates: true, ..Traps::default() });
    assert_eq!(send(&crm, "POST", "/calls", &row(&json!({}))).await.0, 201);
    assert_eq!(crm.records(CALLS).len(), 2);
}

#[tokio::test]
async fn too_many_requests_are_answered_429_without_a_word_of_when_to_come_again() {
    let crm = office().await;
    let pace = Pace { requests: 2, within: Duration::from_mins(1) };
    crm.set_traps(Traps { pace: Some(pace), ..Traps::default() });
    let asked = [get(&crm, "/managers").await.0, get(&crm, "/managers").await.0, get(&crm, "/managers").await.0];
    assert_eq!(asked, [200, 200, 429]);
    crm.set_traps(Traps { errors_as_200: true, pace: Some(pace), ..Traps::default() });
    let (status, said) = get(&crm, "/managers").await;
    assert_eq!((status, said["statusCode"].as_u64()), (200, Some(429)));
}

#[tokio::test]
async fn another_dialect_has_other_names_words_and_paths() {
    let dialect = Dialect {
        calls: "telephony/calls".to_owned(),
        names: [("externalId", "uid"), ("status", "state")].into(),
        statuses: ["A", "B", "C"],
        change_by: "PUT",
        ..Dialect::default()
    };
    let options = SitniksOptions { dialect, ..SitniksOptions::default() };
    let crm = Sitniks::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let mut body = json!({"uid": "1", "direction": "in", "state": "A", "startedAt": "2024-02-03T08:11:12Z"});
    let (status, made) = send(&crm, "POST", "/telephony/calls", &body).await;
    assert_eq!((status, made["state"].as_str(), made.get("status")), (201, Some("A"), None));
    assert_eq!(send(&crm, "PUT", &format!("/telephony/calls/{}", made["id"]), &json!({"state": "B"})).await.0, 200);
    assert_eq!(send(&crm, "PUT", &format!("/telephony/calls/{}", made["id"]), &json!({"state": "D"})).await.0, 400);
    body["status"] = "A".into();
    assert_eq!(send(&crm, "POST", "/telephony/calls", &body).await.0, 400, "its usual name is not known here");
    assert_eq!(send(&crm, "POST", "/calls", &body).await.0, 404);
}
