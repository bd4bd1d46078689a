//! U1, U2 and the decisions beside them: what is made.

use super::*;
use crate::crms::uspacy::settings::Way;

type Row = (&'static str, Call, Crm, &'static [&'static str], u64, &'static str, u64);

#[test]
fn u1_the_six_scenarios() {
    let known = || Crm::default().lead("70", "19", true, "+38 (067) 111-22-33");
    // The call, the CRM before it, the records, the lead of the call, status, responsible of lead and call.
    let rows: [Row; 7] = [
        ("in answered new", answered(), Crm::default(), &["lead", "call"], 1000, "answered", 17),
        ("in answered known", answered(), known(), &["call"], 70, "answered", 17),
        ("in missed new", missed(), Crm::default(), &["lead", "call", "activity"], 1000, "missed", 9),
        ("in missed known", missed(), known(), &["call", "activity"], 70, "unsuccessful", 19),
        ("out new", outgoing(answered()), Crm::default(), &["lead", "call"], 1000, "answered", 17),
        ("out known", outgoing(answered()), known(), &["call"], 70, "answered", 17),
        ("out not answered", outgoing(missed()), Crm::default(), &["lead", "call"], 1000, "unsuccessful", 17),
    ];
    for (row, call, mut crm, records, lead, status, responsible) in rows {
        let note = crm.deliver(&rules(json!({})), &call);
        assert_eq!(crm.names(), records, "{row}");
        assert_eq!(crm.field("call", "lead_id"), lead, "{row}");
        assert_eq!(crm.field("call", "entity_table"), "leads", "{row}");
        assert_eq!(crm.field("call", "ended_call_status"), status, "{row}");
        assert_eq!(crm.field("call", "employees"), json!([responsible]), "{row}");
        if records.contains(&"lead") {
            assert_eq!(crm.field("lead", "owner"), responsible, "{row}");
            assert_eq!(crm.field("lead", "title"), CLIENT, "{row}");
        }
        assert!(note.contains(&format!("responsible {responsible}: ")), "{row}: {note}");
        assert!(!note.contains("671112233"), "{row}: {note}");
    }
}

#[test]
fn u1_a_new_lead_is_named_by_the_number_and_has_it() {
    let mut crm = Crm::default();
    let marks = [("utm_source", "google"), ("utm_medium", "cpc"), ("utm_term", "x"), ("landing", "https://a")];
    crm.deliver(&rules(json!({"lead_source": "ringostat"})), &marked(&marks, answered()));
    let mut lead = crm.held("lead");
    let comments = lead.remove("comments").unwrap();
    let expected = json!({
        "title": CLIENT, "owner": 17, "phone": [{"type": "mobile", "value": CLIENT, "main": true}],
        "source": "ringostat", "utm_source": "google", "utm_medium": "cpc"
    });
    assert_eq!(Value::Object(lead), expected, "utm_term is no field of this space");
    assert_eq!(crm.puts[0].remember, Some("lead"));
    assert!(crm.puts[0].marker.starts_with("[rf:") && comments.as_str().unwrap().ends_with(&crm.puts[0].marker));
}

#[test]
fn u1_the_record_of_a_call_says_all_that_is_known() {
    let mut crm = Crm::default().lead("70", "19", true, CLIENT);
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    let mut call = crm.held("call");
    let marker = crm.puts[0].marker.clone();
    assert_eq!(call.remove("external_id").map(|id| id.to_string()), Some(marker));
    let began = 1_795_078_800;
    let expected = json!({
        "integration_code": "ringfold", "subject": CLIENT, "call_type": "incoming", "ended_call_status": "answered",
        "from": CLIENT, "to": "380441112233", "begin_time": began, "end_time": began + 75, "duration": 65,
        "employees": [17], "call_record_link": "https://r/1", "lead_id": 70, "entity_table": "leads",
        "note": "Вхідний дзвінок від +380 67 111 2233, лінія +380 44 111 2233, співробітник acme_ivan, \
                 розмова 1 хв 5 с, очікування 10 с"
    });
    assert_eq!(Value::Object(call), expected);
}

#[test]
fn u1_times_numbers_and_durations_of_the_other_kinds_of_call() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({"external_id": "text", "integration_code": "pbx"})), &outgoing(missed()));
    assert_eq!((crm.field("call", "from"), crm.field("call", "to")), (json!("380441112233"), json!(CLIENT)));
    assert_eq!(crm.field("call", "duration"), 0, "nobody talked");
    assert_eq!(crm.field("call", "external_id"), crm.puts[1].marker.as_str());
    assert_eq!(crm.field("call", "integration_code"), "pbx");
    assert_eq!(crm.field("call", "call_record_link"), Value::Null);
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &Call { talk_seconds: None, ended_at: None, line: None, ..answered() });
    for unknown in ["duration", "end_time", "to"] {
        assert!(!crm.held("call").contains_key(unknown), "{unknown}");
    }
}

#[test]
fn decided_a_known_client_without_an_open_lead_gets_a_new_one_bound_to_what_is_known() {
    let crm = || Crm::default().lead("70", "19", false, CLIENT).contact("41", CLIENT).contact("40", "067 111 22 33");
    let mut all = crm().company("50", CLIENT).fields(json!(["title", "comments", "contacts", "companies"]));
    let note = all.deliver(&rules(json!({})), &missed());
    assert_eq!(all.names(), ["lead", "call", "activity"]);
    assert_eq!((all.field("lead", "contacts"), all.field("lead", "companies")), (json!([40]), json!([50])));
    assert_eq!((all.field("call", "contact_id"), all.field("call", "company_id")), (json!(40), json!(50)));
    assert_eq!((all.field("call", "lead_id"), all.field("lead", "owner")), (json!(1000), json!(9)));
    assert_eq!(all.field("call", "ended_call_status"), "missed", "as of a new client");
    assert!(note.contains("contact 40 (the oldest of 2) and company 50 has"), "{note}");
    // What the CRM does not say that leads have is not sent; the call is bound either way.
    for fields in [json!(null), json!(["title", "comments"])] {
        let mut bare = crm().fields(fields);
        bare.deliver(&rules(json!({})), &answered());
        assert!(!bare.held("lead").contains_key("contacts"));
        assert_eq!((bare.field("call", "contact_id"), bare.field("lead", "owner")), (json!(40), json!(17)));
    }
}

#[test]
fn decided_of_several_open_leads_the_newest_gets_the_call() {
    let mut crm =
        Crm::default().lead("9", "19", true, CLIENT).lead("70", "18", true, CLIENT).lead("80", "18", false, CLIENT);
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.field("call", "lead_id"), 70);
    assert!(note.contains("2 open leads have this number, the newest was taken"), "{note}");
}

#[test]
fn a16_only_the_whole_number_counts() {
    let strangers = Crm::default().lead("70", "19", true, "1112233").contact("40", "+380 50 111 22 33");
    let mut crm = strangers.company("50", "380671112230");
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.field("call", "lead_id"), 1000, "a lead of its own");
    assert!(!crm.held("call").contains_key("contact_id") && !crm.held("call").contains_key("company_id"));
}

#[test]
fn a16_who_hides_is_registered_without_a_lead() {
    for (call, subject, from) in [
        (calls::from("anonymous", missed()), "Прихований номер", Value::Null),
        (calls::from("101", missed()), "101", json!("101")),
        (Call { client: None, ..missed() }, "Невідомий номер", Value::Null),
    ] {
        let mut crm = Crm::default().lead("70", "19", true, CLIENT);
        let note = crm.deliver(&rules(json!({})), &call);
        assert_eq!(crm.names(), ["call", "activity"], "{subject}");
        assert_eq!((crm.field("call", "subject"), crm.field("call", "from")), (json!(subject), from));
        assert_eq!((crm.field("call", "employees"), crm.field("call", "lead_id")), (json!([9]), Value::Null));
        assert!(!crm.held("activity").contains_key("crm_entities"));
        assert_eq!(crm.looks, ["users"]);
        assert!(note.starts_with("no lead: "), "{note}");
    }
}

#[test]
fn u2_a_missed_call_makes_an_activity_for_whoever_handles_missed_calls() {
    let mut crm = Crm::default().lead("70", "19", true, CLIENT);
    crm.deliver(&rules(json!({"missed_call_responsible": 18, "missed_call_due": "30m"})), &missed());
    let mut activity = crm.held("activity");
    let (description, marker) = (activity.remove("description").unwrap(), crm.puts[1].marker.clone());
    let over = 1_795_078_875;
    let expected = json!({
        "title": "Пропущений дзвінок від +380 67 111 2233", "type": "call", "status": "planned", "priority": "high",
        "start_time": over, "end_time": over + 1800, "responsible_id": 18, "crm_entities": {"leads": [{"id": 70}]}
    });
    assert_eq!(Value::Object(activity), expected);
    let text = "Пропущений дзвінок 19.11.2026 11:00:00 від +380 67 111 2233, лінія +380 44 111 2233";
    assert_eq!(description, format!("{text} {marker}"));
    assert_eq!(crm.field("call", "employees"), json!([19]), "the call stays with the lead's responsible");
}

#[test]
fn u2_only_incoming_calls_and_only_where_it_is_wanted() {
    for (settings, call) in
        [(json!({"missed_call_activity": false}), missed()), (json!({}), outgoing(missed())), (json!({}), answered())]
    {
        let mut crm = Crm::default();
        crm.deliver(&rules(settings), &call);
        assert_eq!(crm.names(), ["lead", "call"]);
    }
}

#[test]
fn names_that_a_space_lacks_are_left_out_by_settings() {
    let mut crm = Crm::default().contact("40", CLIENT);
    let settings = json!({
        "lead_fields": {"mark": "", "contacts": ""}, "status_values": {"missed": ""}, "number_search": ["filter"]
    });
    let rules = rules(settings);
    assert_eq!(rules.settings.number_search, [Way::Filter]);
    crm.deliver(&rules, &missed());
    assert!(!crm.held("lead").contains_key("comments") && !crm.held("lead").contains_key("contacts"));
    assert_eq!(crm.puts[0].marker, "+380671112233", "then the number finds it");
    assert!(!crm.held("call").contains_key("ended_call_status"));
}
