//! R4, R7.

use super::*;

fn r4() -> Rules {
    rules(json!({"create_contact": true}))
}

#[test]
fn r4_a_call_of_a_known_client_is_a_contact_of_that_counterparty() {
    let mut crm = Crm::default().company("7", "18", "8 (916) 111-22-33").company("8", "", "+7 495 000-00-00");
    let note = crm.deliver(&r4(), &answered());
    assert_eq!(crm.names(), ["contact"]);
    let contact = crm.held("contact");
    for (field, value) in [
        ("owner", "7"),
        ("date", "2026-11-19 12:00:00"),
        ("type", "call"),
        ("direction", "in"),
        ("phone", "+79161112233"),
        ("responsible", "17"),
        ("external_id", "acme-pbx/77"),
        ("visible", "1"),
        ("record_url", "(none)"),
    ] {
        assert_eq!(text(&contact, field), value, "{field}");
    }
    let description =
        "Входящий звонок от +7 916 111-22-33, линия +7 495 111-22-33, сотрудник 101, разговор 1 мин 5 с, ожидание 10 с";
    assert_eq!(text(&contact, "description"), description);
    assert!(note.contains("101 talked last"), "{note}");
    assert_eq!(crm.puts[0].marker, "acme-pbx/77");
}

#[test]
fn r4_a_call_of_a_new_client_makes_the_counterparty_first() {
    let mut crm = Crm::default();
    crm.deliver(&r4(), &answered());
    assert_eq!(crm.names(), ["company", "contact"]);
    let company = crm.held("company");
    for (field, value) in [("name", "+7 916 111-22-33"), ("phone", "+79161112233"), ("manager", "17"), ("visible", "1")]
    {
        assert_eq!(text(&company, field), value, "{field}");
    }
    assert_eq!((crm.puts[0].remember, crm.puts[0].marker.as_str()), (Some("company"), "+79161112233"));
    assert_eq!(text(&crm.held("contact"), "owner"), "1000");
}

#[test]
fn r4_the_second_first_call_takes_the_counterparty_that_the_first_made() {
    // The CRM's search does not show it yet, so it is asked for by its id.
    let mut crm = Crm::default().company("50", "18", "+79161112233").remembers("company", "50");
    crm.deliver(&r4(), &missed());
    assert_eq!((crm.looks.join(" ").as_str(), crm.names().join(" ").as_str()), ("known-counterparty users", "contact"));
    assert_eq!(text(&crm.held("contact"), "owner"), "50");
}

#[test]
fn f10_a_counterparty_of_ours_that_is_gone_or_has_another_number_now_is_looked_for_by_number() {
    for crm in [Crm::default(), Crm::default().company("50", "18", "+74950000000")] {
        let mut crm = crm.company("60", "18", "89161112233").remembers("company", "50");
        crm.deliver(&r4(), &answered());
        assert_eq!((text(&crm.held("contact"), "owner"), crm.names().len()), ("60", 1));
    }
}

#[test]
fn r4_a_contact_person_leads_to_its_counterparty() {
    let mut crm = Crm::default().company("9", "18", "").person("9", "8 916 111 22 33").person("0", CLIENT);
    let note = crm.deliver(&r4(), &missed());
    assert_eq!(crm.looks, ["counterparty", "owners", "users"]);
    let contact = crm.held("contact");
    assert_eq!((text(&contact, "owner"), text(&contact, "responsible")), ("9", "18"));
    assert!(note.contains("through a contact person"), "{note}");
}

#[test]
fn a16_of_several_counterparties_the_oldest_is_taken_and_the_note_says_so() {
    let mut crm = Crm::default().company("10", "", CLIENT).company("9", "", CLIENT).person("3", CLIENT);
    let note = crm.deliver(&r4(), &answered());
    assert_eq!(text(&crm.held("contact"), "owner"), "9");
    assert!(note.contains("3 counterparties have this number, the oldest was taken"), "{note}");
}

#[test]
fn a16_a_row_that_only_looks_alike_is_no_match() {
    let mut crm = Crm::default().company("7", "18", "+7 495 111-22-33").person("7", "111-22-33");
    crm.deliver(&r4(), &answered());
    assert_eq!(crm.names(), ["company", "contact"]);
}

#[test]
fn a16_hidden_callers_extensions_and_short_numbers_have_no_counterparty() {
    for (said, phone) in [("anonymous", "(none)"), ("102", "102"), ("112", "112"), ("", "(none)")] {
        for settings in [json!({"create_contact": true}), json!({"create_contact": true, "fixed_counterparty_id": 5})] {
            let mut crm = Crm::default().company("7", "18", said);
            let note = crm.deliver(&rules(settings), &from(said, missed()));
            assert_eq!((crm.names().join(" "), crm.looks.join(" ")), ("contact".into(), "users".into()), "{said}");
            let contact = crm.held("contact");
            assert_eq!((text(&contact, "owner"), text(&contact, "phone")), ("(none)", phone), "{said}");
            assert!(note.contains("no counterparty"), "{note}");
        }
    }
}

#[test]
fn r7_contacts_of_unknown_numbers_get_the_fixed_counterparty() {
    let rules = rules(json!({"create_contact": true, "fixed_counterparty_id": "5"}));
    let mut crm = Crm::default().company("5", "18", "");
    let note = crm.deliver(&rules, &missed());
    assert_eq!(crm.names(), ["contact"]);
    let contact = crm.held("contact");
    // Nobody was found by the number, so its responsible is the mapping's first, not the fixed one's.
    assert_eq!((text(&contact, "owner"), text(&contact, "responsible")), ("5", "17"));
    assert!(note.contains("fixed counterparty"), "{note}");
}

#[test]
fn r7_known_numbers_keep_their_own_counterparty() {
    let rules = rules(json!({"create_contact": true, "fixed_counterparty_id": "5"}));
    let mut crm = Crm::default().company("7", "18", CLIENT);
    crm.deliver(&rules, &answered());
    assert_eq!(text(&crm.held("contact"), "owner"), "7");
}

#[test]
fn r4_outgoing_and_unanswered_calls_are_contacts_too() {
    for (call, direction, begins) in [
        (missed(), "in", "Пропущенный звонок от +7 916"),
        (outgoing(answered()), "out", "Исходящий звонок: +7 916"),
        (outgoing(missed()), "out", "Исходящий звонок без ответа: +7 916"),
    ] {
        let mut crm = Crm::default().company("7", "", CLIENT);
        crm.deliver(&r4(), &call);
        let contact = crm.held("contact");
        assert_eq!(text(&contact, "direction"), direction);
        assert!(text(&contact, "description").starts_with(begins), "{contact:?}");
    }
}

#[test]
fn durations_are_written_where_known_and_stay_empty_where_not() {
    let rules = rules(json!({"create_contact": true, "structures": {"contacts": {"duration": "length"}}}));
    let unknown = Call { talk_seconds: None, ..answered() };
    for (call, length) in [(answered(), "65"), (missed(), "0"), (unknown, "(none)")] {
        let mut crm = Crm::default().company("7", "", CLIENT);
        crm.deliver(&rules, &call);
        assert_eq!(text(&crm.held("contact"), "length"), length);
    }
}

#[test]
fn a_crm_without_a_field_for_our_id_gets_a_mark_at_the_end_of_the_text() {
    let rules = rules(json!({"create_contact": true, "structures": {"contacts": {"external_id": ""}}}));
    let mut crm = Crm::default().company("7", "", CLIENT);
    crm.deliver(&rules, &answered());
    let marker = crm.puts[0].marker.clone();
    assert!(marker.starts_with("[rf:") && marker.len() == 21, "{marker}");
    assert!(text(&crm.held("contact"), "description").ends_with(&marker));
    assert!(!crm.held("contact").contains_key("external_id"));
}
