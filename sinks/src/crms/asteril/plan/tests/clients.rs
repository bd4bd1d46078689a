//! A1, A4, A5: which client a call is bound to, and when one is made.

use super::*;

#[test]
fn a1_a_call_of_a_new_client_makes_the_client_and_leaves_its_responsible_empty() {
    let mut crm = Crm::new().client("7", "380500000000");
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!((crm.names().join(" ").as_str(), crm.looks.join(" ").as_str()), ("client call", "client"));
    assert_eq!(Value::Object(crm.held("client")), json!({"name": CLIENT, "phone": CLIENT}));
    assert_eq!((crm.puts[0].remember, crm.puts[0].marker.as_str()), (Some("client"), CLIENT));
    assert_eq!(crm.text("call", "client_id"), "1000");
    assert_eq!(note, "client 1000, made for this number; call 1001");
}

#[test]
fn a1_a4_marks_of_marketing_go_to_text_fields_and_utm_only_where_the_setting_says_so() {
    let marks = [("utm_source", "google"), ("utm_term", " "), ("landing", "https://shop.test/"), ("pool", "main")];
    let fields = json!({
        "utm_source": "custom_field_3", "utm_term": "custom_field_4", "landing": "custom_field_5",
        "started_at": "custom_field_6", "referrer": "custom_field_7"
    });
    for (utm, source) in [(true, "google"), (false, "(none)")] {
        let mut crm = Crm::new();
        crm.deliver(&rules(json!({"utm": utm, "fields": fields})), &marked(&marks, answered()));
        for (field, value) in [
            ("custom_field_3", source),
            ("custom_field_4", "(none)"),
            ("custom_field_5", "https://shop.test/"),
            ("custom_field_6", "2026-11-19 11:00:00"),
            ("custom_field_7", "(none)"),
        ] {
            assert_eq!(crm.text("client", field), value, "{utm} {field}");
        }
        assert_eq!(crm.text("client", "name"), CLIENT);
    }
}

#[test]
fn a1_a_known_clients_fields_stay_untouched() {
    let mut crm = Crm::new().client("7", CLIENT);
    let rules = rules(json!({"utm": true, "fields": {"utm_source": "custom_field_3"}}));
    let note = crm.deliver(&rules, &marked(&[("utm_source", "google")], answered()));
    assert_eq!((crm.names().join(" ").as_str(), crm.text("call", "client_id").as_str()), ("call", "7"));
    assert_eq!(note, "client 7; call 1000");
}

#[test]
fn a4_for_which_calls_clients_are_made() {
    let (off, both, answered_only) =
        (json!({"create_client": false}), json!({"directions": "both"}), json!({"client_on_missed": false}));
    let both_answered_only = json!({"directions": "both", "client_on_missed": false});
    for (settings, call, made, why) in [
        (json!({}), answered(), true, "made for this number"),
        (json!({}), unanswered(), true, "made for this number"),
        (json!({}), outgoing(answered()), false, "directions says incoming calls only"),
        (both.clone(), outgoing(answered()), true, "made for this number"),
        (both, outgoing(unanswered()), true, "made for this number"),
        (answered_only.clone(), answered(), true, "made for this number"),
        (answered_only, unanswered(), false, "client_on_missed is off"),
        (both_answered_only, outgoing(unanswered()), false, "client_on_missed is off"),
        (off.clone(), answered(), false, "create_client is off"),
        (off, unanswered(), false, "create_client is off"),
    ] {
        let mut crm = Crm::new();
        let note = crm.deliver(&rules(settings.clone()), &call);
        assert_eq!(crm.known.made.contains_key("client"), made, "{settings}");
        assert_eq!(crm.text("call", "client_id"), if made { "1000" } else { "(none)" }, "{settings}");
        assert!(note.contains(why), "{note}");
        // A2: the call is there whatever A4 says.
        assert!(crm.known.made.contains_key("call"), "{settings}");
    }
}

#[test]
fn a5_a_client_stored_in_another_format_is_not_found() {
    for stored in ["067 123-45-67", "0671234567", "+380671234567", "38 067 123 45 67", "380671234567, 380500000000", ""]
    {
        let mut crm = Crm::new().client("7", stored);
        let note = crm.deliver(&rules(json!({"create_client": false})), &unanswered());
        assert_eq!(
            (crm.names().join(" ").as_str(), crm.text("task", "client_id").as_str()),
            ("call task", "(none)"),
            "{stored}"
        );
        assert!(note.contains("no client has this number in full format"), "{note}");
        let mut crm = Crm::new().client("7", stored);
        crm.deliver(&rules(json!({})), &unanswered());
        let bound = (crm.text("call", "client_id"), crm.text("task", "client_id"));
        assert_eq!(bound, ("1000".to_owned(), "1000".to_owned()), "{stored}");
    }
}

#[test]
fn a5_of_several_numbers_of_a_client_one_is_enough() {
    let mut crm = Crm::new().client("7", "380500000000");
    crm.clients[0].phones.push(CLIENT.to_owned());
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.text("call", "client_id"), "7");
}

#[test]
fn a16_of_several_clients_the_oldest_is_taken_and_the_note_says_so() {
    let mut crm = Crm::new().client("10", CLIENT).client("9", CLIENT).client("3", "380500000000");
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.text("call", "client_id"), "9");
    assert!(note.contains("2 clients have this number, the oldest was taken"), "{note}");
}

#[test]
fn a16_hidden_callers_extensions_and_short_numbers_have_no_client() {
    for (said, phone) in [("anonymous", "(none)"), ("102", "102"), ("112", "112"), ("", "(none)")] {
        let mut crm = Crm::new().client("7", said);
        let note = crm.deliver(&rules(json!({})), &from(said, answered()));
        assert_eq!((crm.names().join(" ").as_str(), crm.looks.len()), ("call", 0), "{said}");
        assert_eq!((crm.text("call", "client_id").as_str(), &*crm.text("call", "phone")), ("(none)", phone), "{said}");
        assert!(note.contains("no client: ") && note.contains("not bound"), "{note}");
    }
}

#[test]
fn f9_the_second_first_call_takes_the_client_that_the_first_made() {
    // The CRM's search does not show it yet, or people wrote its number in another format since: it is known by its id.
    for stored in [CLIENT, "067 123-45-67"] {
        let mut crm = Crm::new().client("50", stored).remembers("client", "50");
        crm.deliver(&rules(json!({})), &answered());
        assert_eq!((crm.looks.join(" ").as_str(), crm.names().join(" ").as_str()), ("client-before", "call"));
        assert_eq!(crm.text("call", "client_id"), "50");
    }
}

#[test]
fn f10_a_client_of_ours_that_is_gone_or_has_another_number_now_is_looked_for_by_number() {
    for crm in [Crm::new(), Crm::new().client("50", "380500000000")] {
        let mut crm = crm.client("60", CLIENT).remembers("client", "50");
        crm.deliver(&rules(json!({})), &answered());
        assert_eq!((crm.text("call", "client_id").as_str(), crm.names().join(" ").as_str()), ("60", "call"));
    }
    let mut crm = Crm::new().remembers("client", "50");
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.names().join(" "), "client call");
}

#[test]
fn f10_a_correction_stays_with_the_client_and_makes_none_again() {
    let mut crm = Crm::new().client("9", CLIENT);
    crm.deliver(&rules(json!({})), &answered());
    // People move the number to an older one, merge the first into it, and then remove that.
    crm.clients[0].phones = vec!["380500000000".to_owned()];
    crm = crm.client("2", CLIENT);
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!((crm.text("call", "client_id").as_str(), crm.names().join(" ").as_str()), ("9", "call call"));
    crm.clients.retain(|card| card.id != "9");
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!((crm.text("call", "client_id").as_str(), crm.names().join(" ").as_str()), ("2", "call call call"));
    crm.clients.clear();
    crm.deliver(&rules(json!({})), &recorded(&["https://r/2"], answered()));
    assert_eq!((crm.text("call", "client_id").as_str(), crm.puts.len()), ("2", 4));
    assert!(!crm.known.made.contains_key("client"));
}

#[test]
fn a_client_that_this_call_made_gets_what_the_call_says_later_and_nothing_else_again() {
    let fields = json!({"fields": {"outcome": "custom_field_1", "recording_url": "custom_field_2"}});
    let mut crm = Crm::new();
    crm.deliver(&rules(fields.clone()), &unanswered());
    let before = crm.held("client");
    crm.deliver(&rules(fields), &recorded(&["https://r/1"], answered()));
    let mut expected = before;
    expected.insert("custom_field_1".to_owned(), json!("answered"));
    expected.insert("custom_field_2".to_owned(), json!("https://r/1"));
    assert_eq!(crm.held("client"), expected);
    assert_eq!(crm.names().join(" "), "client call task client call task");
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!(crm.held("client"), expected, "a mapping that is taken away takes nothing away");
}
