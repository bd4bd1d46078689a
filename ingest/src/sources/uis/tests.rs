//! What UIS may send, row by row.

use schemas::{Direction, EventId, PbxState, Said, Source, Who};

use super::*;
use crate::tests::source;

pub fn read_as(content_type: &str, query: &str, body: &[u8]) -> Result<Reading, Unreadable> {
    Uis.read(&source("acme-uis"), &Request { method: "POST", query, content_type, body })
}

fn read(body: &str) -> Result<Reading, Unreadable> {
    read_as("application/json", "", body.as_bytes())
}

fn said(body: &str) -> Said {
    read(body).unwrap_or_else(|wrong| panic!("{wrong}: {body}")).said
}

fn id(body: &str) -> EventId {
    let Source { id, .. } = source("acme-uis");
    read(body).unwrap_or_else(|wrong| panic!("{wrong}: {body}")).event_id(&id)
}

fn reason(body: &str) -> String {
    read(body).expect_err(body).reason
}

const RINGING: &str = r#"{"from_number":"79161112233","diversion":"74951112233","direction":"in",
    "call_id":123456789,"user_extension":"101","call_state":"RINGING"}"#;

#[test]
fn the_four_templates() {
    let ringing = read(RINGING).unwrap();
    assert_eq!(ringing.session, "123456789");
    let said = ringing.said;
    assert_eq!((said.state, said.direction), (PbxState::Ringing, Some(Direction::Incoming)));
    assert_eq!(said.client.unwrap().e164.unwrap(), "+79161112233");
    assert_eq!(said.line.unwrap().e164.unwrap(), "+74951112233");
    assert_eq!(said.who, Who::extension("101"));
    assert_eq!(said.recording, None);
    let rows = [
        (r#"{"call_id":1,"call_state":"ANSWERED"}"#, PbxState::Answered, None),
        (
            r#"{"call_id":1,"call_record_url":"https://media.example/1/abc","call_state":"HANGUP"}"#,
            PbxState::Hangup,
            Some("https://media.example/1/abc"),
        ),
        (r#"{"call_id":1,"call_record_url":null,"call_state":"HANGUP"}"#, PbxState::Hangup, None),
        (r#"{"call_id":1,"user_extension":null,"call_state":"MISSED"}"#, PbxState::Missed, None),
    ];
    for (body, state, recording) in rows {
        let said = self::said(body);
        assert_eq!((said.state, said.recording.as_deref()), (state, recording), "{body}");
        assert!(said.who.is_empty(), "{body}");
    }
}

#[test]
fn a11_the_same_event_has_one_id_however_it_is_spelled() {
    let spellings = [
        RINGING,
        "\u{feff}\r\n {\"call_state\":\"RINGING\",\"user_extension\":101,\"call_id\":\"123456789\",\"direction\":\"in\",\
         \"diversion\":74951112233,\"from_number\":79161112233}\n",
        r#"{"from_number":+79161112233,"diversion":+74951112233,"direction":in,"call_id":123456789,"user_extension":101,"call_state":RINGING}"#,
        r#"{"from_number":"+79161112233","diversion":" 74951112233 ","direction":"IN","call_id":123456789,"user_extension":[101],"call_state":"ringing",}"#,
        r#"{"from_number":""79161112233"","diversion":""74951112233"","direction":""in"","call_id":"123456789","user_extension":""101"","call_state":"RINGING"}"#,
        "{ from_number : 79161112233 , diversion: '74951112233', direction: in, call_id: 123456789,, user_extension: 101 ,\n call_state: RINGING\n};",
        "{“from_number”:“79161112233”,“diversion”:“74951112233”,“direction”:“in”,“call_id”:123456789,“user_extension”:101,“call_state”:“RINGING”}",
        r#"{"from_number":"\u00379161112233","diversion":"74951112233","direction":"in","call_id":1,"call_id":123456789,"user_extension":"101","call_state":"RINGING","call_record_url":null,"tag_names":[],"external_id":}"#,
    ];
    for body in spellings {
        assert_eq!(read(body).unwrap(), Reading { said: read(body).unwrap().said, ..read(RINGING).unwrap() }, "{body}");
        assert_eq!(id(body), id(RINGING), "{body}");
    }
}

#[test]
fn what_differs_in_any_field_is_another_event() {
    let base = r#"{"call_id":1,"call_state":"RINGING","leg_id":5}"#;
    for other in [
        r#"{"call_id":1,"call_state":"RINGING","leg_id":6}"#,
        r#"{"call_id":1,"call_state":"RINGING"}"#,
        r#"{"call_id":1,"call_state":"ANSWERED","leg_id":5}"#,
        r#"{"call_id":2,"call_state":"RINGING","leg_id":5}"#,
        r#"{"call_id":1,"call_state":"RINGING","leg_id":5,"direction":"out"}"#,
    ] {
        assert_ne!(id(base), id(other), "{other}");
    }
    assert_ne!(read(base).unwrap().event_id(&source("a").id), read(base).unwrap().event_id(&source("b").id));
    assert_eq!(
        id(r#"{"call_id":1,"call_state":"MISSED","employee_ids":[1,"2",{"b":1,"a":2}]}"#),
        id(r#"{"call_id":1,"call_state":"MISSED","employee_ids":["1",2,{"a":2,"b":"1"}],}"#)
    );
}

#[test]
fn a11_absent_values_and_bare_words_are_read() {
    let empty = said(r#"{"from_number":,"diversion":,"direction":,"call_id":7,"user_extension":,"call_state":MISSED}"#);
    assert_eq!(empty, Said::only(PbxState::Missed));
    let nulls = r#"{"from_number":"null","diversion":null,"direction":"","call_id":7,"user_extension":"null","call_state":"MISSED"}"#;
    assert_eq!(said(nulls), empty);
    let last = said("{\"call_state\":MISSED,\"call_id\":7,\"user_extension\":\n}");
    assert_eq!(last, empty);
    assert_eq!(said(r#"{"call_id":7,"call_state":MISSED,"user_extension":0101}"#).who, Who::extension("0101"));
}

#[test]
fn a11_quotes_and_commas_inside_values_are_part_of_them() {
    let body = r#"{"contact_full_name":"ООО "Ромашка", Москва","note":Иванов, Иван,"call_id":7,"from_number":+7 916 111-22-33,
        "call_record_url":https://media.example/7?a=1,2&b=3,"call_state":HANGUP}"#;
    let reading = read(body).unwrap();
    assert_eq!(reading.identity["contact_full_name"], "ООО \"Ромашка\", Москва");
    assert_eq!(reading.identity["note"], "Иванов, Иван");
    assert_eq!(reading.said.client.unwrap().e164.unwrap(), "+79161112233");
    assert_eq!(reading.said.recording.unwrap(), "https://media.example/7?a=1,2&b=3");
    let escaped = read(r#"{"a":"\ud83d\ude00 \ud83d \n\"x\"\q","call_id":7,"call_state":HANGUP}"#).unwrap();
    assert_eq!(escaped.identity["a"], "😀 \u{fffd} \"x\"q");
}

#[test]
fn a11_values_of_other_shapes() {
    let directions = [("out", Some(Direction::Outgoing)), ("Incoming", Some(Direction::Incoming)), ("sideways", None)];
    for (word, direction) in directions {
        let body = format!(r#"{{"call_id":7,"call_state":"RINGING","direction":"{word}"}}"#);
        assert_eq!(said(&body).direction, direction, "{word}");
    }
    for url in ["ftp://x/1", "javascript:alert(1)", "https://", "https:// x", "12", "//media/1"] {
        let body = format!(r#"{{"call_id":7,"call_state":"HANGUP","call_record_url":"{url}"}}"#);
        assert_eq!(said(&body), Said::only(PbxState::Hangup), "{url}");
    }
    let digits = "123456789012345678901234567890";
    assert_eq!(read(&format!(r#"{{"call_id":{digits},"call_state":"HANGUP"}}"#)).unwrap().session, digits);
    let hidden = said(r#"{"call_id":7,"call_state":RINGING,"from_number":Anonymous}"#);
    assert!(hidden.client.unwrap().anonymous);
}

#[test]
fn further_variables_of_the_platform() {
    let cdr = said(
        r#"{"call_id":7,"call_state":"HANGUP","talk_time_duration":65,"wait_time_duration":"12","total_time_duration":77,
            "start_time":"2026-11-19 08:00:05","notification_time":"2026-11-19 08:02:00"}"#,
    );
    assert_eq!((cdr.talk_seconds, cdr.wait_seconds), (Some(65), Some(12)));
    assert_eq!(cdr.started_at.unwrap().to_string(), "2026-11-19T05:00:05Z");
    let rows = [
        (r#""notification_time":"2026-11-19T08:00:05.5""#, "RINGING", Some("2026-11-19T05:00:05.5Z")),
        (r#""start_time":"2026-11-19T08:00:05+05:00""#, "HANGUP", Some("2026-11-19T03:00:05Z")),
        (r#""notification_time":"2026-11-19 08:00:05""#, "HANGUP", None),
        (r#""start_time":"yesterday","talk_time_duration":"long""#, "HANGUP", None),
    ];
    for (fields, state, expect) in rows {
        let said = said(&format!(r#"{{"call_id":7,"call_state":"{state}",{fields}}}"#));
        assert_eq!(said.started_at.map(|at| at.to_string()).as_deref(), expect, "{fields}");
        assert_eq!(said.talk_seconds, None);
    }
}

#[test]
fn r1_the_end_of_a_call_and_who_called_it() {
    let rows = [
        (r#""call_state":"ENDED","talk_time_duration":31"#, (PbxState::Hangup, Some(31))),
        (r#""call_state":"ENDED","talk_time_duration":0"#, (PbxState::Hangup, Some(0))),
        (r#""call_state":"ENDED","talk_time_duration":null"#, (PbxState::Missed, None)),
        (r#""call_state":"MISSED","talk_time_duration":0"#, (PbxState::Missed, None)),
        (r#""call_state":"RINGING","talk_time_duration":0,"wait_time_duration":0"#, (PbxState::Ringing, None)),
    ];
    for (fields, expect) in rows {
        let said = said(&format!(r#"{{"call_id":7,{fields}}}"#));
        assert_eq!((said.state, said.talk_seconds, said.wait_seconds), (expect.0, expect.1, None), "{fields}");
    }
    let who = said(
        r#"{"call_id":7,"call_state":"RINGING","user_extension":"101","employee_phone_number":79165550101,"employee_id":2345}"#,
    )
    .who;
    let expect = Who { phone: Some("79165550101".into()), pbx_id: Some("2345".into()), ..Who::extension("101") };
    assert_eq!(who, expect);
}

#[test]
fn a_query_or_a_form_is_read_too() {
    let pairs = "from_number=%2B79161112233&diversion=74951112233&direction=in&call_id=123456789&user_extension=101&call_state=RINGING";
    let by_query = read_as("", pairs, b"").unwrap();
    let by_form = read_as("application/x-www-form-urlencoded", "", pairs.as_bytes()).unwrap();
    let mislabelled = read_as("application/x-www-form-urlencoded", "", RINGING.as_bytes()).unwrap();
    for reading in [by_query, by_form, mislabelled] {
        assert_eq!(reading.event_id(&source("acme-uis").id), id(RINGING));
    }
}

#[test]
fn a11_what_cannot_be_read_says_why() {
    let long = "9".repeat(201);
    let many = (0..101).map(|n| format!("\"k{n}\":{n},")).collect::<Vec<_>>().concat();
    let rows = [
        ("", "is empty"),
        ("{}", "is empty"),
        ("hello", "does not begin with {"),
        ("[1]", "does not begin with {"),
        (r#"{"call_state":"RINGING"}"#, "\"call_id\" is missing"),
        (r#"{"call_id":null,"call_state":"RINGING"}"#, "\"call_id\" is missing"),
        (
            r#"{"call_id":1}"#,
            "\"call_state\" is missing or empty: it must be RINGING, ANSWERED, HANGUP, MISSED or ENDED",
        ),
        (r#"{"call_id":1,"call_state":"FLYING"}"#, "\"call_state\" \"FLYING\" is not known: it must be RINGING"),
        (r#"{"call_id":1,"call_state":"79161112233"}"#, "\"call_state\" is not known"),
        (r#"{"call_id":{{call_session_id}},"call_state":"RINGING"}"#, "\"call_id\" holds a placeholder"),
        (r#"{"call_id":1,"from_number":"{{contact}}","call_state":"RINGING"}"#, "\"from_number\" holds a placeholder"),
        (r#"{"call_id":"a b","call_state":"RINGING"}"#, "\"call_id\" must be 1 to 200"),
        (r#"{"call_id":"12~2","call_state":"RINGING"}"#, "\"call_id\" must be 1 to 200"),
        (&format!(r#"{{"call_id":{long},"call_state":"RINGING"}}"#), "\"call_id\" must be 1 to 200"),
        (r#"{"call_id":1,"call_state":"RINGING""#, "expected a key"),
        (r#"{"call_id":1,"call_state":RING"#, "the closing } is missing"),
        (r#"{"call_id":1,"call_state":"RING"#, "no closing quote"),
        (r#"{"call_id":1,"a":[1,{"b":2},"call_state":"RINGING""#, "the brackets do not close"),
        (r#"{"call_id":1,"call_state":RINGING} x"#, "more follows"),
        (&format!("{{{many}\"call_id\":1}}"), "more than 100 keys"),
        (&format!("{{{many}\"call_id\":1,\"call_state\":RINGING}}"), "more than 100 keys"),
    ];
    for (body, expect) in rows {
        let reason = reason(body);
        assert!(reason.contains(expect), "{body}: {reason}");
    }
    let url = format!(r#"{{"call_id":1,"call_state":"HANGUP","call_record_url":"https://x/{}"}}"#, "y".repeat(2000));
    assert!(reason(&url).contains("\"call_record_url\" is longer than 2000"));
}

#[test]
fn a11_a_wrong_charset_is_kept_in_hexadecimal() {
    // "Имя" in Windows-1251.
    let body = b"{\"name\":\"\xc8\xec\xff\",\"call_id\":1,\"call_state\":\"RINGING\"}";
    let request = Request { method: "POST", query: "", content_type: "application/json", body };
    assert!(Uis.read(&source("acme-uis"), &request).unwrap_err().reason.contains("not UTF-8 from byte 9 on"));
    let kept = request.verbatim();
    assert_eq!(kept.text, "");
    assert!(kept.hex.starts_with("7b226e616d65223a22c8ecff"));
}
