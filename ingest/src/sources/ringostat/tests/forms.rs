//! The ways that one body is written, and what cannot be read.

use schemas::PbxState;
use serde_json::{Value, json};

use super::{after, named, read_as, read_json, with};
use crate::sources::{Pbx as _, Reading, Request, ringostat::Ringostat};

fn pairs(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    body.as_object().unwrap().iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

fn encoded(pairs: &[(String, String)]) -> String {
    let byte = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let encode = |text: &str| text.bytes().map(byte).collect::<String>();
    pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect::<Vec<_>>().join("&")
}

#[test]
fn n1_query_form_json_and_the_nested_layout_say_the_same() {
    let flat = read_json("", &after());
    let all = pairs(&after());
    let form = "application/x-www-form-urlencoded; charset=UTF-8";
    let (root, inner): (Vec<_>, Vec<_>) =
        all.iter().cloned().partition(|(key, _)| key == "uniqueid" || key == "calldate");
    let object: Value =
        inner.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into();
    let nested = with(
        root.iter().map(|(k, v)| (k.clone(), json!(v))).collect::<serde_json::Map<_, _>>().into(),
        &json!({"additional_call_data": object}),
    );
    let as_text = with(nested.clone(), &json!({"additional_call_data": nested["additional_call_data"].to_string()}));
    let bracketed: Vec<_> =
        inner.iter().map(|(key, value)| (format!("additional_call_data[{key}]"), value.clone())).chain(root).collect();
    let forms = [
        read_as("", &encoded(&all), b"").unwrap(),
        read_as(form, "", encoded(&all).as_bytes()).unwrap(),
        read_as(form, "", encoded(&bracketed).as_bytes()).unwrap(),
        read_as(form, "", after().to_string().as_bytes()).unwrap(),
        read_as("text/plain", "", after().to_string().as_bytes()).unwrap(),
        read_json("", &nested),
        read_json("", &as_text),
        read_json("", &with(after(), &json!({"additional_call_data": {"dst": "", "caller": "1", "billsec": 3}}))),
    ];
    for form in forms {
        assert_eq!(form, flat);
    }
}

#[test]
fn n1_constants_in_the_address_count_with_the_body() {
    let reading =
        read_json("token=t-1&event=before_call&caller=1&billsec=", &json!({"uniqueid": "7", "caller": "380671112233"}));
    assert_eq!((reading.session.as_str(), reading.said.state), ("7", PbxState::Ringing));
    assert_eq!(reading.said.client.unwrap().said, "380671112233");
    assert_eq!(reading.identity["token"], "t-1");
    let silent = read_json("caller=380671112233", &json!({"uniqueid": "7", "caller": ""}));
    assert_eq!(silent.said.client.unwrap().said, "380671112233", "a body that says nothing overrules nothing");
}

fn by_names(names: &[(&str, &str)], body: &Value) -> Reading {
    let body = body.to_string();
    let request = Request { method: "POST", query: "", content_type: "application/json", body: body.as_bytes() };
    Ringostat.read(&named(names), &request).unwrap()
}

#[test]
fn n1_fields_by_the_customers_own_names_and_by_old_ones() {
    let own =
        [("phone", "caller"), ("Our Number", "dst"), ("id", "uniqueid"), ("result", "status"), ("caller", "utm_term")];
    let body = json!({"phone": "380671112233", "Our Number": 380_441_112_233_u64, "id": "9", "result": "BUSY", "caller": "crm"});
    let said = by_names(&own, &body).said;
    assert_eq!((said.client.unwrap().said, said.line.unwrap().said), ("380671112233".into(), "380441112233".into()));
    assert_eq!((said.state, said.marketing.marks["utm_term"].as_str()), (PbxState::Missed, "crm"));
    let both = by_names(&[("phone", "caller")], &json!({"uniqueid": "9", "phone": "380671112233", "caller": "1"}));
    assert_eq!(both.said.client.unwrap().said, "380671112233", "the customer's own name goes before");

    let old = json!({"call_id": "9", "status": "ANSWERED", "call_duration": 9, "billsec": 5, "callee": "380441112233",
        "referrer": "https://g.test", "CALLER": "380671112233"});
    let reading = by_names(&[], &old);
    assert_eq!((reading.session.as_str(), reading.said.state), ("9", PbxState::Hangup));
    assert_eq!(reading.said.line.unwrap().said, "380441112233");
    assert_eq!(reading.said.client.unwrap().said, "380671112233");
    assert_eq!(reading.said.marketing.marks["referrer"], "https://g.test");
    let new = json!({"uniqueid": "9", "disposition": "ANSWERED", "duration": 9, "billsec": 5, "dst": "380441112233",
        "refferrer": "https://g.test", "caller": "380671112233"});
    assert_eq!(by_names(&[], &new).identity, by_names(&[], &old).identity);
}

#[test]
fn n1_recordings_and_times_in_other_shapes() {
    let rows = [
        (json!({"recording": "", "recording_wav": "https://r.test/1.wav"}), Some("https://r.test/1.wav")),
        (json!({"recording": "pending", "record_link": "https://r.test/2"}), Some("https://r.test/2")),
        (json!({"recording": "javascript:alert(1)"}), None),
    ];
    for (fields, recording) in rows {
        let said = read_json("", &with(json!({"uniqueid": "7", "disposition": "PROPER"}), &fields)).said;
        assert_eq!(said.recording.as_deref(), recording, "{fields}");
    }
    for (calldate, at) in [("03.02.2024 10:11:12", "2024-02-03T08:11:12Z"), ("1706947872", "2024-02-03T08:11:12Z")] {
        let said = read_json("", &json!({"uniqueid": "7", "calldate": calldate})).said;
        assert_eq!(said.started_at.unwrap().to_string(), at, "{calldate}");
    }
    let long = with(after(), &json!({"landing": "x".repeat(3000), "call_card": "card 7"}));
    let marks = read_json("", &long).said.marketing.marks;
    assert_eq!((marks["landing"].len(), marks.get("call_card_url")), (2000, None));
}

#[test]
fn n1_what_is_about_no_call_is_told_apart() {
    for body in
        [json!({"event": "site_form", "phone": "380671112233"}), json!({"uniqueid": "7", "action": "DEAL_CREATED"})]
    {
        let refused = read_as("application/json", "", body.to_string().as_bytes()).unwrap_err();
        assert!(refused.no_call && refused.reason.contains("about no call"), "{body}");
    }
}

#[test]
fn a11_what_cannot_be_read_says_why() {
    let many = (0..101).map(|n| format!("k{n}=1&")).collect::<Vec<_>>().concat();
    let nested: Value = (0..101).map(|n| (format!("k{n}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let nested = json!({"uniqueid": "7", "additional_call_data": nested}).to_string();
    let long = json!({"uniqueid": "7", "recording": format!("https://x/{}", "y".repeat(2000))}).to_string();
    let rows = [
        ("", "", "is empty"),
        ("token=1", "", "\"uniqueid\" is missing or empty"),
        ("", r#"{"caller":"380671112233"}"#, "[account.source.names]"),
        ("", r#"{"uniqueid":"null"}"#, "\"uniqueid\" is missing or empty"),
        ("", r#"{"uniqueid":"a b"}"#, "\"uniqueid\" must be 1 to 200"),
        ("", r#"{"uniqueid":"{{uniqueid}}"}"#, "\"uniqueid\" holds a placeholder"),
        ("", "hello", "does not begin with {"),
        (&many, r#"{"uniqueid":"7"}"#, "more than 100 keys"),
        ("", &nested, "more than 100 keys"),
        ("", &long, "\"recording\" is longer than 2000"),
    ];
    for (query, body, expect) in rows {
        let refused = read_as("application/json", query, body.as_bytes()).unwrap_err();
        assert!(refused.reason.contains(expect) && !refused.no_call, "{query} {body}: {refused}");
        assert!(!refused.reason.contains("380671112233"));
    }
}
