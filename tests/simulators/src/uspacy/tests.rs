//! The space over its wire, as the vendor's facts say.

mod records;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::*;
use crate::faults::Failure;

struct Wire {
    crm: UspacyCrm,
    http: Client,
    token: String,
}

impl Wire {
    async fn start(set: impl FnOnce(&mut Traps)) -> Self {
        let mut options = UspacyOptions::default();
        set(&mut options.traps);
        let token = options.tokens[0].clone();
        let crm = UspacyCrm::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { crm, http: Client::new(), token }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.ask_as(&self.token, method, path, body).await
    }

    async fn ask_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.crm.base_url()));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask(Method::POST, path, Some(body)).await
    }

    fn ids(listed: &Value) -> Vec<u64> {
        listed["data"].as_array().unwrap().iter().filter_map(|row| row["id"].as_u64()).collect()
    }
}

const LEADS_PATH: &str = "/crm/v1/entities/leads";
const CALLS_PATH: &str = "/crm/v1/events/call";
const ACTIVITIES_PATH: &str = "/activities/v1/activities";
const APP: &str = "/auth/v1/auth/app_sign_in";
const REFRESH: &str = "/auth/v1/auth/refresh_token";

#[tokio::test]
async fn who_is_not_known_gets_401_by_whatever_path() {
    let wire = Wire::start(|_| ()).await;
    for token in ["", "wrong"] {
        let (status, body) = wire.ask_as(token, Method::GET, LEADS_PATH, None).await;
        assert_eq!((status, body), (401, json!({"error": "Unauthorized."})));
    }
    assert_eq!(wire.get(LEADS_PATH).await.0, 200);
    let hook = |key: &str| format!("/company/v1/incoming_webhooks/run/{key}{LEADS_PATH}");
    assert_eq!(wire.ask_as("", Method::GET, &hook("WebhookKey0123456789"), None).await.0, 200);
    assert_eq!(wire.ask_as("", Method::GET, &hook("guess"), None).await.0, 401);
    wire.crm.refuse_credentials();
    assert_eq!(wire.get(LEADS_PATH).await.0, 401);
}

#[tokio::test]
async fn a_refresh_token_is_spent_by_its_use() {
    let wire = Wire::start(|_| ()).await;
    let app = json!({"client_id": "app-4711", "client_secret": "app-secret-0815"});
    let (status, pair) = wire.ask_as("", Method::POST, APP, Some(app.clone())).await;
    assert_eq!((status, pair["expireInSeconds"].as_u64()), (200, Some(3600)));
    let (jwt, refresh) = (pair["jwt"].as_str().unwrap(), pair["refreshToken"].as_str().unwrap());
    assert_eq!(wire.ask_as(jwt, Method::GET, LEADS_PATH, None).await.0, 200);
    wire.crm.expire_tokens();
    assert_eq!(wire.ask_as(jwt, Method::GET, LEADS_PATH, None).await.0, 401);
    let (status, next) = wire.ask_as(refresh, Method::POST, REFRESH, None).await;
    assert_eq!(status, 200);
    assert_eq!(wire.ask_as(next["jwt"].as_str().unwrap(), Method::GET, LEADS_PATH, None).await.0, 200);
    assert_eq!(wire.ask_as(refresh, Method::POST, REFRESH, None).await.0, 401, "spent");
    let wrong = json!({"client_id": "app-4711", "client_secret": "guess"});
    assert_eq!(wire.ask_as("", Method::POST, APP, Some(wrong)).await.0, 401);
    assert_eq!(wire.ask_as("", Method::POST, APP, Some(json!({"client_id": "app-4711"}))).await.0, 422);
    wire.crm.trap(|traps| traps.expires_with_s = true);
    let (_, pair) = wire.ask_as("", Method::POST, APP, Some(app)).await;
    assert!(pair.get("expireInSeconds").is_none() && pair["expiresInSeconds"] == 3600);
}

#[tokio::test]
async fn lists_have_pages_searches_and_filters() {
    let wire = Wire::start(|_| ()).await;
    let user = wire.crm.add_user("Анна");
    let ids: Vec<u64> =
        ["380671112233", "+38 (067) 111-22-33", "380501112233"].map(|phone| wire.crm.add_lead(phone, user)).into();
    let (_, listed) = wire.get(&format!("{LEADS_PATH}?page=2&list=2")).await;
    assert_eq!(Wire::ids(&listed), [ids[0]], "the newest come first");
    assert_eq!(
        listed["meta"],
        json!({"current_page": 2, "from": 3, "last_page": 2, "per_page": 2, "to": 3, "total": 3})
    );
    let (_, listed) = wire.get(&format!("{LEADS_PATH}?q=671112233")).await;
    assert_eq!(Wire::ids(&listed), [ids[0]]);
    let filter = |condition: &str| {
        let one = |n: usize, value: &str| {
            format!(
                "filters[filters][{n}][field]=phone&filters[filters][{n}][operator]=like&filters[filters][{n}][values][]={value}"
            )
        };
        format!("{LEADS_PATH}?filters[condition]={condition}&{}&{}", one(0, "1112233"), one(1, "111-22-33"))
    };
    assert_eq!(Wire::ids(&wire.get(&filter("or")).await.1), [ids[2], ids[1], ids[0]]);
    assert_eq!(Wire::ids(&wire.get(&filter("and")).await.1), Vec::<u64>::new());
    assert_eq!(Wire::ids(&wire.get(&format!("{LEADS_PATH}?kanban_status=IN_WORK")).await.1).len(), 3);
    for wrong in ["page=0", "list=101", "list=all", "colour=red", "filters[filters][0][field]=colour"] {
        assert_eq!(wire.get(&format!("{LEADS_PATH}?{wrong}")).await.0, 422, "{wrong}");
    }
    wire.crm
        .trap(|traps| (traps.q_is_passed_over, traps.filters_are_passed_over, traps.oldest_first) = (true, true, true));
    assert_eq!(Wire::ids(&wire.get(&format!("{LEADS_PATH}?q=nobody")).await.1), ids);
    assert_eq!(Wire::ids(&wire.get(&filter("and")).await.1), ids);
}

#[tokio::test]
async fn users_are_listed_by_pages_or_all_at_once() {
    let wire = Wire::start(|traps| traps.numbers_as_texts = true).await;
    let (anna, boris) = (wire.crm.add_user("Анна"), wire.crm.add_user("Борис"));
    wire.crm.dismiss(boris);
    let (_, me) = wire.get("/company/v1/users/me").await;
    assert_eq!((me["id"].as_str(), me["firstName"].as_str()), (Some(&*anna.to_string()), Some("Анна")));
    let (_, listed) = wire.get("/company/v1/users?page=1&list=1&show=all").await;
    assert_eq!((listed["data"].as_array().unwrap().len(), &listed["meta"]["last_page"]), (1, &json!(2)));
    let (_, all) = wire.get("/company/v1/users?list=all").await;
    assert_eq!((all.as_array().unwrap().len(), &all[1]["active"]), (2, &json!(false)));
    let hook = "/company/v1/incoming_webhooks/run/WebhookKey0123456789/company/v1/users/me";
    assert_eq!(wire.ask_as("", Method::GET, hook, None).await.0, 404, "a webhook is nobody");
}

#[tokio::test]
async fn too_many_requests_say_how_long_to_wait_in_either_form() {
    let wire = Wire::start(|traps| traps.per_minute = Some(1)).await;
    let retry_after = async || {
        let answer = wire.http.get(format!("{}{LEADS_PATH}", wire.crm.base_url())).send().await.unwrap();
        (answer.status().as_u16(), answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned()))
    };
    assert_eq!(retry_after().await.0, 401);
    let (status, seconds) = retry_after().await;
    assert!(status == 429 && seconds.unwrap().parse::<u64>().unwrap() <= 60);
    wire.crm.trap(|traps| traps.retry_after_is_a_date = true);
    assert!(retry_after().await.1.unwrap().ends_with(" GMT"));
}

#[tokio::test]
async fn a_write_may_be_carried_out_and_never_answered() {
    let wire = Wire::start(|_| ()).await;
    wire.crm.faults().drop_after_next(1);
    let request = wire.http.post(format!("{}{LEADS_PATH}", wire.crm.base_url())).bearer_auth(&wire.token);
    assert!(request.json(&json!({"title": "1"})).send().await.is_err());
    assert_eq!(wire.crm.live(LEADS).len(), 1);
    wire.crm.faults().drop_before_next(1);
    let app = json!({"client_id": "app-4711", "client_secret": "app-secret-0815"});
    assert_eq!(wire.ask_as("", Method::POST, APP, Some(app)).await.0, 200, "a sign-in is no write");
    wire.crm.faults().clear();
    wire.crm.trap(|traps| traps.errors_after_writes = 1);
    assert_eq!((wire.post(LEADS_PATH, json!({"title": "3"})).await.0, wire.crm.live(LEADS).len()), (500, 2));
    wire.crm.faults().fail_next(1, Failure::new(503));
    assert_eq!(wire.post(LEADS_PATH, json!({"title": "2"})).await.0, 503);
}
