//! The CRM is as strict as it is assumed to be, and breaks as it is told.

use std::time::Duration;

use super::*;
use crate::faults::Failure;

const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

/// A client of the raw wire, so that the tests say every byte themselves.
struct Wire {
    crm: AsterilCrm,
    http: reqwest::Client,
    user: u64,
    client: u64,
}

impl Wire {
    async fn new() -> Self {
        let crm = AsterilCrm::start(AsterilOptions::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let user = crm.add_user("Іван");
        let client = crm.add_client("Оксана", "067 123-45-67");
        Self { crm, http: reqwest::Client::new(), user, client }
    }

    fn url(&self, path: &str, key: &str) -> String {
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{}/api/v3.1/{path}{mark}api_key={key}", self.crm.base_url())
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.timeout(Duration::from_secs(5)).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(self.url(path, KEY))).await
    }

    async fn post(&self, path: &str, fields: &Value) -> (u16, Value) {
        self.send(self.http.post(self.url(path, KEY)).json(&json!({ "fields": fields }))).await
    }

    fn call(&self) -> Value {
        json!({
            "external_id": "ua1-1700000000.42", "direction": "incoming", "status": "answered", "client_id": self.client,
            "phone": "380671234567", "line": "380441112233", "manager_phone": "acme_ivan",
            "start_time": "2024-02-03 10:11:12", "duration": 57, "record_url": "https://example.test/r.mp3"
        })
    }

    fn task(&self) -> Value {
        json!({
            "title": "Missed call", "description": "x", "client_id": self.client, "responsible_id": self.user,
            "due_date": "2024-02-03 14:11:12"
        })
    }
}

#[tokio::test]
async fn only_its_key_opens_it_and_only_on_its_own_domain() {
    let wire = Wire::new().await;
    let users = wire.url("users", "");
    let without = users.split('?').next().unwrap();
    assert_eq!(
        wire.send(wire.http.get(without)).await,
        (401, json!({"success": false, "error": "api_key is required"}))
    );
    let header = wire.http.get(without).bearer_auth(KEY);
    assert_eq!(wire.send(header).await.0, 401, "the key is in the query or nowhere");
    assert_eq!(wire.send(wire.http.get(wire.url("users", "wrong"))).await.0, 401);
    assert_eq!(wire.get("users").await, (200, json!({"pages": 1, "users": [{"id": wire.user, "name": "Іван"}]})));
    wire.crm.trap(|traps| traps.wrong_domain = true);
    assert_eq!(wire.get("users").await.0, 403);
    wire.crm.trap(|traps| traps.wrong_domain = false);
    wire.crm.set_key("another");
    assert_eq!(wire.get("users").await.0, 401);
}

#[tokio::test]
async fn records_are_made_changed_and_read_back() {
    let wire = Wire::new().await;
    let client = json!({"name": "380671234567", "phone": "380671234567", "custom_field_3": "google"});
    for (item, list, fields) in
        [("client", CLIENTS, client), ("call", CALLS, wire.call()), ("task", TASKS, wire.task())]
    {
        let (status, said) = wire.post(item, &fields).await;
        let id = said["id"].as_u64().unwrap();
        assert_eq!((status, &said), (200, &json!({"success": true, "id": id})), "{item}");
        let (_, read) = wire.get(&format!("{item}/{id}")).await;
        for (field, value) in fields.as_object().unwrap() {
            assert_eq!(&read[item][field], value, "{item} {field}");
        }
        assert_eq!(wire.crm.records(list).last().unwrap().id, id);
    }
    let task = wire.crm.records(TASKS)[0].id;
    assert_eq!(wire.post(&format!("task/{task}"), &json!({"status": "done"})).await, (200, json!({"success": true})));
    assert_eq!((wire.crm.records(TASKS)[0].text("status"), wire.crm.records(TASKS)[0].edits), ("done".to_owned(), 1));
    assert!(wire.crm.remove(TASKS, task) && !wire.crm.remove(TASKS, task));
    assert_eq!(wire.post(&format!("task/{task}"), &json!({"status": "open"})).await.0, 404);
    assert_eq!(wire.get(&format!("task/{task}")).await.0, 404);
}

#[tokio::test]
async fn what_it_does_not_take_is_said_field_by_field() {
    let wire = Wire::new().await;
    let call = |field: &str, value: Value| {
        let mut call = wire.call();
        call[field] = value;
        call
    };
    for (field, value) in [
        ("external_id", json!(7)),
        ("direction", json!("in")),
        ("status", json!("")),
        ("client_id", json!(999)),
        ("client_id", json!(wire.client.to_string())),
        ("phone", json!("")),
        ("line", json!(380_441_112_233_u64)),
        ("start_time", json!("2024-02-03T10:11:12")),
        ("start_time", json!("2024-2-3 10:11:12")),
        ("duration", json!("57")),
        ("duration", json!(-1)),
        ("record_url", json!("r.mp3")),
        ("utm_source", json!("google")),
        ("custom_field_3", json!("google")),
    ] {
        let (status, said) = wire.post("call", &call(field, value.clone())).await;
        assert_eq!((status, said["errors"].as_object().map(serde_json::Map::len)), (422, Some(1)), "{field} {value}");
        assert!(said["errors"][field].is_array(), "{said}");
    }
    let (_, said) = wire.post("call", &json!({"phone": "380671234567"})).await;
    let missing: Vec<&String> = said["errors"].as_object().unwrap().keys().collect();
    assert_eq!(missing, ["direction", "start_time", "status"]);
    for (item, fields) in [
        ("client", json!({"phone": "380671234567"})),
        ("client", json!({"name": "x", "custom_field_51": "y"})),
        ("client", json!({"name": "x", "custom_field_1": 5})),
        ("task", json!({"title": "x", "responsible_id": 999})),
        ("task", json!({"title": "x", "status": "closed"})),
    ] {
        assert_eq!(wire.post(item, &fields).await.0, 422, "{fields}");
    }
    wire.crm.trap(|traps| traps.demanded = Some("department_id".to_owned()));
    assert_eq!(wire.post("call", &wire.call()).await.1["errors"], json!({"department_id": ["is required"]}));
    assert!(wire.crm.records(CALLS).is_empty() && wire.crm.records(TASKS).is_empty());
}

#[tokio::test]
async fn wrong_addresses_methods_and_bodies_are_refused() {
    let wire = Wire::new().await;
    for (path, status) in [("orders", 404), ("client", 405), ("client/5/6", 404), ("clients/5", 404), ("user/1", 404)] {
        assert_eq!(wire.get(path).await.0, status, "{path}");
    }
    assert_eq!(wire.send(wire.http.get(format!("{}/api/v3/users?api_key={KEY}", wire.crm.base_url()))).await.0, 404);
    assert_eq!(wire.post("clients", &json!({"name": "x"})).await.0, 405);
    assert_eq!(wire.send(wire.http.delete(wire.url("client/5", KEY))).await.0, 405);
    let url = wire.url("task", KEY);
    for body in [json!({"title": "x"}), json!({"fields": {}}), json!({"fields": {"title": "x"}, "id": 5}), json!([])] {
        assert_eq!(wire.send(wire.http.post(&url).json(&body)).await.0, 400, "{body}");
    }
    assert_eq!(wire.send(wire.http.post(&url).form(&[("title", "x")])).await.0, 400);
    assert_eq!(wire.send(wire.http.post(&url).body(r#"{"fields":{"title":"x"}}"#)).await.0, 400, "no content type");
    assert_eq!(wire.post("task?page=1", &json!({"title": "x"})).await.0, 422);
    for query in ["page=0", "page=x", "limit=0", "name=x", "status=open"] {
        assert_eq!(wire.get(&format!("clients?{query}")).await.0, 422, "{query}");
    }
}

#[tokio::test]
async fn lists_come_in_pages_and_by_their_filters() {
    let wire = Wire::new().await;
    let tasks: Vec<u64> =
        (0..25).map(|n| wire.crm.add_task(&n.to_string(), (n % 2 == 0).then_some(wire.client))).collect();
    let ids = |said: &Value, list: &str| -> Vec<u64> {
        said[list].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
    };
    let (_, third) = wire.get("tasks?page=3&limit=10").await;
    assert_eq!((&third["pages"], ids(&third, TASKS)), (&json!(3), tasks[20..].to_vec()));
    let (_, beyond) = wire.get("tasks?page=4").await;
    assert_eq!((&beyond["pages"], ids(&beyond, TASKS).len()), (&json!(3), 0));
    let (_, bound) = wire.get(&format!("tasks?client_id={}&limit=100", wire.client)).await;
    assert_eq!((&bound["pages"], ids(&bound, TASKS).len()), (&json!(1), 13));
    for (phone, found) in [("380671234567", 0), ("067%20123-45-67", 1), ("067 123-45-6", 0)] {
        let (_, said) = wire.get(&format!("clients?phone={phone}")).await;
        assert_eq!((&said["pages"], ids(&said, CLIENTS).len()), (&json!(1), found), "{phone}");
    }
    wire.post("call", &wire.call()).await;
    assert_eq!(ids(&wire.get("calls?external_id=ua1-1700000000.42").await.1, CALLS).len(), 1);
    assert_eq!(ids(&wire.get("calls?external_id=ua1").await.1, CALLS).len(), 0);
    wire.crm.trap(|traps| traps.filters_ignored = true);
    assert_eq!(ids(&wire.get("calls?external_id=ua1").await.1, CALLS).len(), 1);
}

#[tokio::test]
async fn the_count_of_pages_changes_while_they_are_read() {
    let wire = Wire::new().await;
    for n in 0..21 {
        wire.crm.add_task(&n.to_string(), None);
    }
    wire.crm.trap(|traps| traps.pages_shrink = 2);
    let pages = async |page: u32| wire.get(&format!("tasks?page={page}")).await.1["pages"].clone();
    assert_eq!((pages(1).await, pages(2).await, pages(3).await), (json!(3), json!(2), json!(2)));
    assert_eq!(wire.crm.records(TASKS).len(), 19);
    wire.crm.trap(|traps| (traps.pages_end, traps.no_users) = (true, true));
    assert_eq!((wire.get("tasks?page=2").await.0, wire.get("tasks?page=3").await.0), (200, 404));
    assert_eq!(wire.get("users").await, (200, json!({"pages": 1, "users": []})));
}

#[tokio::test]
async fn it_says_no_with_200_and_quotes_the_key_where_it_is_told_to() {
    let wire = Wire::new().await;
    wire.crm.trap(|traps| (traps.flags, traps.quotes) = (true, true));
    let (status, said) = wire.post("call", &json!({"phone": "x"})).await;
    assert_eq!((status, &said["success"]), (200, &json!(false)));
    assert!(said["message"].as_str().unwrap().contains(KEY));
    assert_eq!(wire.get("client/999").await.0, 200);
    wire.crm.trap(|traps| *traps = Traps { no_items: true, ..Traps::default() });
    assert_eq!(wire.get(&format!("client/{}", wire.client)).await.0, 405);
}

#[tokio::test]
async fn an_error_page_may_hide_a_record_that_was_made() {
    let wire = Wire::new().await;
    wire.crm.trap(|traps| traps.error_pages = 1);
    let (status, said) = wire.post("task", &wire.task()).await;
    assert!(status == 200 && said.as_str().is_some_and(|page| page.contains("Fatal error")));
    assert_eq!(wire.crm.records(TASKS).len(), 1);
    assert_eq!(wire.post("task", &wire.task()).await.0, 200);
}

#[tokio::test]
async fn faults_of_every_crm_strike_it_too() {
    let wire = Wire::new().await;
    wire.crm.faults().fail_next(1, Failure::new(429).retry_after("7"));
    assert_eq!(wire.get("users").await.0, 429);
    wire.crm.faults().set_search_lag(Duration::from_mins(1));
    let (_, said) = wire.post("client", &json!({"name": "x", "phone": "380671234567"})).await;
    assert_eq!(wire.get("clients?phone=380671234567").await.1["clients"], json!([]));
    assert_eq!(wire.get(&format!("client/{}", said["id"])).await.0, 200);
    wire.crm.faults().drop_after_next(1);
    let cut = wire.http.post(wire.url("task", KEY)).json(&json!({ "fields": wire.task() })).send().await;
    assert!(cut.is_err() && wire.crm.records(TASKS).len() == 1);
}
