//! What the report refuses.

use super::*;
use crate::rest::Crm;
use crate::uis::{DataApi, NOTIFICATIONS, REPORTS};

async fn ask(pbx: &Crm<DataApi>, changes: Value) -> Value {
    ask_for(pbx, "get.calls_report", changes).await
}

async fn ask_for(pbx: &Crm<DataApi>, method: &str, changes: Value) -> Value {
    let mut params = json!({
        "access_token": "key", "date_from": "2026-11-19 00:00:00", "date_till": "2026-11-20 00:00:00", "fields": ["id"],
    });
    if method == "get.reports_list" {
        params = json!({"access_token": "key"});
    }
    params.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let answer = reqwest::Client::new().post(format!("{}/v2.0", pbx.base_url())).json(&body).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_report_takes_only_what_is_documented_and_within_its_limits() {
    let pbx = Crm::start(DataApi::new("key"), 1, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    for n in 0..3 {
        let row = json!({"id": n, "start_time": "2026-11-19 10:00:00", "ongoing": n == 2});
        pbx.with(|_, store| store.seed(CALLS, row));
    }
    let rows = [
        (json!({"access_token": "other"}), "access_token_invalid"),
        (json!({"date_form": "2026-11-19 00:00:00"}), "unexpected_parameters"),
        (json!({"date_from": "2026-11-19T00:00:00Z"}), "data_type_error"),
        (json!({"date_from": "2026-07-19 00:00:00"}), "date_interval_limit_reached"),
        (json!({"limit": 10_001}), "invalid_parameter_value"),
        (json!({"offset": 100_001}), "invalid_parameter_value"),
        (json!({"fields": ["call_id"]}), "invalid_parameter_value"),
    ];
    for (changes, expect) in rows {
        assert_eq!(ask(&pbx, changes).await["error"]["data"]["mnemonic"], expect);
    }
    let page = ask(&pbx, json!({"limit": 1, "offset": 1})).await;
    assert_eq!(page["result"]["data"], json!([{"id": 1}]), "a call that goes on is none of them");
    assert_eq!(page["result"]["metadata"]["total_items"], 2);
    pbx.with(|api, _| api.minute_limit = 1);
    assert_eq!(ask(&pbx, json!({})).await["error"]["code"], -32029, "only what succeeded is counted");
}

#[tokio::test]
async fn notifications_are_given_by_the_number_of_their_report_alone() {
    let pbx = Crm::start(DataApi::new("key"), 1, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let report = |name: &str, of: &str| pbx.with(|_, store| store.seed(REPORTS, json!({"name": name, "type": of})));
    let (calls, sent) = (report("Calls", CALLS), report("Sent", NOTIFICATIONS));
    let named = json!({"filter": {"field": "name", "operator": "=", "value": "Sent"}});
    assert_eq!(ask_for(&pbx, "get.reports_list", named).await["result"]["data"][0]["id"], sent);
    let rows = [
        (json!({}), "required_parameter_missed"),
        (json!({"report_id": "1"}), "data_type_error"),
        (json!({"report_id": calls}), "entity_not_found"),
        (json!({"report_id": sent}), "invalid_parameter_value"),
        (json!({"report_id": sent, "date_from": "2025-11-01 00:00:00"}), "date_interval_limit_reached"),
    ];
    for (changes, expect) in rows {
        let answer = ask_for(&pbx, "get.notifications", changes.clone()).await;
        assert_eq!(
            answer["error"]["data"]["mnemonic"], expect,
            "{changes}: fields of the other report are none of this"
        );
    }
    let all = ask_for(&pbx, "get.notifications", json!({"report_id": sent, "fields": ["notification_message"]})).await;
    assert_eq!(all["result"]["data"], json!([]));
}
