//! Events, ends, and who is on either side.

use schemas::{Direction, EventId, PbxState, Who};
use serde_json::{Value, json};

use super::{after, named, read_json, said, with};

fn id(body: &Value) -> EventId {
    read_json("", body).event_id(&named(&[]).id)
}

#[test]
fn n1_after_the_call_everything_is_known() {
    let reading = read_json("", &after());
    assert_eq!(reading.session, "ua1-1700000000.42");
    let said = reading.said;
    assert_eq!((said.state, said.direction), (PbxState::Hangup, Some(Direction::Incoming)));
    assert_eq!(said.client.unwrap().e164.unwrap(), "+380671112233");
    assert_eq!(said.line.unwrap().e164.unwrap(), "+380441112233");
    assert_eq!((said.talk_seconds, said.wait_seconds), (Some(57), Some(12)));
    assert_eq!(said.started_at.unwrap().to_string(), "2024-02-03T08:11:12Z");
    assert_eq!(said.recording.unwrap(), "https://example.test/r.mp3");
    let who = Who { sip: Some("acme_ivan".into()), pbx_id: Some("501".into()), ..Who::extension("101") };
    assert_eq!(said.who, who);
    let marks: Vec<_> = said.marketing.marks.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expect = [
        ("call_card_url", "https://app.test/card/1"),
        ("google_client_id", "777.888"),
        ("landing", "https://acme.test/?a=1"),
        ("pool", "Site"),
        ("referrer", "https://google.test/"),
        ("scheme", "Day"),
        ("utm_campaign", "winter"),
        ("utm_content", "banner"),
        ("utm_medium", "cpc"),
        ("utm_source", "google"),
        ("utm_term", "crm"),
    ];
    assert_eq!(marks, expect);
}

#[test]
fn n1_a_named_event_decides() {
    use PbxState::{Answered, Hangup, Missed, Ringing};
    let rows = [
        ("event=before_call", json!({"disposition": "NO ANSWER", "billsec": "0"}), Ringing),
        ("event=incoming_forwarding_step", json!({"connected_with": "acme_ivan"}), Ringing),
        ("event=pick_up", json!({"disposition": "ANSWERED"}), Answered),
        ("event=pick_up", json!({"employee_number": 501}), Answered),
        ("event=after_call", json!({"disposition": "ANSWERED", "billsec": 5}), Hangup),
        ("event=after_call", json!({"disposition": "IN PROGRESS"}), Ringing),
        ("event=after_call", json!({}), Missed),
        ("event=rating", json!({"employee_mark": 5}), Hangup),
        ("event=rating", json!({"employee_mark": 5, "billsec": 0, "disposition": "ANSWERED"}), Hangup),
        ("", json!({"action": "AFTER_CALL", "billsec": "7"}), Hangup),
        ("event=call", json!({"action": "PICKUP"}), Answered),
        ("event=pick_up", json!({"event": "before_call"}), Ringing),
    ];
    for (query, fields, state) in rows {
        let body = with(json!({"uniqueid": "7"}), &fields);
        assert_eq!(read_json(query, &body).said.state, state, "{query} {body}");
    }
}

#[test]
fn n1_without_a_name_the_fields_tell_the_event() {
    use PbxState::{Answered, Hangup, Missed, Ringing};
    let rows = [
        (json!({"caller": "380671112233"}), Ringing),
        (json!({"disposition": "", "billsec": "0", "duration": 0, "recording": "null"}), Ringing),
        (json!({"disposition": "CALLING", "connected_with": "acme_ivan"}), Ringing),
        (json!({"disposition": "IN PROGRESS", "duration": 20}), Ringing),
        (json!({"employee_number": "501", "extension_number": "101"}), Ringing),
        (json!({"connected_with": "acme_ivan"}), Answered),
        (json!({"connected_with": "acme_ivan", "call_type": "out"}), Ringing),
        (json!({"disposition": "ANSWERED"}), Hangup),
        (json!({"disposition": "NO+ANSWER", "connected_with": "acme_ivan"}), Missed),
        (json!({"billsec": "3"}), Hangup),
        (json!({"duration": "3", "billsec": "0"}), Missed),
        (json!({"recording": "https://example.test/r.mp3"}), Hangup),
        (json!({"employee_mark": "5", "connected_with": "acme_ivan"}), Hangup),
    ];
    for (fields, state) in rows {
        let body = with(json!({"uniqueid": "7"}), &fields);
        assert_eq!(said(&body).state, state, "{body}");
    }
}

#[test]
fn n1_seconds_are_said_at_the_end_only() {
    let rows = [
        (json!({"event": "before_call", "billsec": 0, "waittime": 0}), (None, None)),
        (json!({"event": "pick_up", "billsec": 0, "waittime": 4}), (None, None)),
        (json!({"disposition": "ANSWERED", "billsec": 57, "waittime": "12"}), (Some(57), Some(12))),
        (json!({"disposition": "ANSWERED", "billsec": 0, "waittime": "12"}), (None, Some(12))),
        (json!({"disposition": "BUSY", "billsec": 3}), (Some(0), None)),
    ];
    for (fields, expect) in rows {
        let said = said(&with(json!({"uniqueid": "7"}), &fields));
        assert_eq!((said.talk_seconds, said.wait_seconds), expect, "{fields}");
    }
}

#[test]
fn n1_client_line_and_employee_by_direction() {
    let rows: [(Value, _, _, _); 13] = [
        (
            json!({"call_type": "in", "caller": "380671112233", "dst": "380441112233"}),
            "380671112233",
            "380441112233",
            "",
        ),
        (
            json!({"call_type": "callback", "caller": "0671112233", "connected_with": "SIP/acme_ivan"}),
            "0671112233",
            "",
            "acme_ivan",
        ),
        (json!({"call_type": "transitin", "userfield": "380671112233"}), "380671112233", "", ""),
        (
            json!({"call_type": "in", "caller": "380671112233", "connected_with": "380501112233"}),
            "380671112233",
            "",
            "380501112233",
        ),
        (json!({"call_type": "in", "caller": "anonymous", "connected_with": "102"}), "anonymous", "", "102"),
        (json!({"call_type": "out", "caller": "acme_ivan", "dst": "380671112233"}), "380671112233", "", "acme_ivan"),
        (
            json!({"call_type": "OUT", "caller": "101", "dst": "380671112233", "connected_with": "380671112233"}),
            "380671112233",
            "",
            "101",
        ),
        (
            json!({"call_type": "out", "caller": "sip:acme_ivan@sip.test", "caller_number": "380441112233", "outbound_number": "380441112233",
            "dst": "380671112233"}),
            "380671112233",
            "380441112233",
            "acme_ivan",
        ),
        (
            json!({"call_type": "out", "caller": "380501112233", "dst": "380671112233"}),
            "380671112233",
            "380501112233",
            "380501112233",
        ),
        (
            json!({"call_type": "transitout", "caller": "380441112233", "dst": "380671112233", "connected_with": "acme_ivan"}),
            "380671112233",
            "380441112233",
            "acme_ivan",
        ),
        (json!({"caller": "acme_ivan", "dst": "380671112233"}), "380671112233", "", "acme_ivan"),
        (json!({"caller": "380671112233", "dst": "380441112233"}), "380671112233", "380441112233", ""),
        (
            json!({"call_type": "callback", "caller": "380671112233", "connected_with": "380671112233"}),
            "380671112233",
            "",
            "",
        ),
    ];
    for (fields, client, line, who) in rows {
        let said = said(&with(json!({"uniqueid": "7"}), &fields));
        let text = |phone: Option<schemas::Phone>| phone.map(|phone| phone.said.to_string()).unwrap_or_default();
        let name = if said.who.is_empty() { "" } else { said.who.name() };
        assert_eq!((text(said.client).as_str(), text(said.line).as_str(), name), (client, line, who), "{fields}");
    }
    let both =
        said(&json!({"uniqueid": "7", "call_type": "out", "caller": "acme_ivan", "caller_number": "380501112233",
        "extension_number": "101", "employee_number": 501, "dst": "380671112233"}));
    let all = [both.who.sip, both.who.phone, both.who.extension, both.who.pbx_id].map(|said| said.unwrap().to_string());
    assert_eq!(all, ["acme_ivan", "380501112233", "101", "501"]);
}

#[test]
fn n1_the_direction_is_said_or_follows() {
    let rows = [
        ("", json!({"call_type": "transitout"}), Some(Direction::Outgoing)),
        ("event=outgoing_before_call", json!({}), Some(Direction::Outgoing)),
        ("event=incoming_after_call", json!({"disposition": "BUSY"}), Some(Direction::Incoming)),
        ("event=incoming_after_call", json!({"call_type": "out"}), Some(Direction::Outgoing)),
        ("", json!({"caller": "380671112233"}), None),
        ("", json!({"call_type": "sideways"}), None),
    ];
    for (query, fields, expect) in rows {
        let body = with(json!({"uniqueid": "7"}), &fields);
        assert_eq!(read_json(query, &body).said.direction, expect, "{query} {fields}");
    }
}

#[test]
fn n1_a1_the_same_thing_said_again_is_one_event_and_a_correction_another() {
    let same = [
        json!({"cdr_id": "815"}),
        json!({"cdr_id": "000815"}),
        json!({"billsec": 57, "duration": "69"}),
        json!({"disposition": "answered"}),
        json!({"call_type": "IN", "caller": "+380671112233"}),
        json!({"n_alias": "", "repeated_flag": null}),
    ];
    for changes in same {
        assert_eq!(id(&with(after(), &changes)), id(&after()), "{changes}");
    }
    let other = [
        json!({"recording": ""}),
        json!({"disposition": "PROPER"}),
        json!({"billsec": 58}),
        json!({"employee_mark": 5}),
        json!({"uniqueid": "ua1-1700000000.43"}),
    ];
    for changes in other {
        assert_ne!(id(&with(after(), &changes)), id(&after()), "{changes}");
    }
    let named = |event: &str| id(&json!({"uniqueid": "7", "event": event}));
    assert_eq!(named("AFTER_CALL"), named("after call"));
    assert_eq!(named("AFTER_CALL"), id(&json!({"uniqueid": "7", "action": "call_ended"})));
    assert_ne!(named("before_call"), named("pick_up"));
}
