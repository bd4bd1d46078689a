//! R4, R7, and to whom a contact belongs.

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
        ("external_id", "acme-uis/77"),
        ("visible", "1"),
        ("record_url", "(none)"),
    ] {
        assert_eq!(text(&contact, field), value, "{field}");
    }
    let description =
        "Входящий звонок от +7 916 111-22-33, линия +7 495 111-22-33, сотрудник 101, разговор 1 мин 5 с, ожидание 10 с";
    assert_eq!(text(&contact, "description"), description);
    assert!(note.contains("101 talked last"), "{note}");
    assert_eq!(crm.puts[0].marker, "acme-uis/77");
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
    let mut crm = Crm::default().company("50", "18", "+79161112233").remembers("50");
    crm.deliver(&r4(), &missed());
    assert_eq!((crm.looks.join(" ").as_str(), crm.names().join(" ").as_str()), ("known-counterparty", "contact"));
    assert_eq!(text(&crm.held("contact"), "owner"), "50");
}

#[test]
fn f10_a_counterparty_of_ours_that_is_gone_or_has_another_number_now_is_looked_for_by_number() {
    for crm in [Crm::default(), Crm::default().company("50", "18", "+74950000000")] {
        let mut crm = crm.company("60", "18", "89161112233").remembers("50");
        crm.deliver(&r4(), &answered());
        assert_eq!((text(&crm.held("contact"), "owner"), crm.names().len()), ("60", 1));
    }
}

#[test]
fn r4_a_contact_person_leads_to_its_counterparty() {
    let mut crm = Crm::default().company("9", "18", "").person("9", "8 916 111 22 33").person("0", CLIENT);
    let note = crm.deliver(&r4(), &missed());
    assert_eq!(crm.looks, ["counterparty", "owners"]);
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
            assert_eq!((crm.names().join(" ").as_str(), crm.looks.len()), ("contact", 0), "{said}");
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
fn r8_a7_the_responsible_follows_the_mapping_and_the_note_names_the_rule() {
    let unmapped = Call { talks: vec![talk("101"), talk("999")], ..answered() };
    let transferred = Call { talks: vec![talk("101"), talk("102")], ..answered() };
    let rows = [
        (answered(), "18", "17", "101 talked last"),
        (transferred, "", "18", "102 talked last"),
        (unmapped.clone(), "33", "33", "999 talked last and is not in the mapping, so the counterparty's responsible"),
        (unmapped, "0", "17", "999 talked last and is not in the mapping, so the first employee in the mapping"),
        (missed(), "33", "33", "the counterparty's responsible"),
        (missed(), "", "17", "the first employee in the mapping"),
        (outgoing(answered()), "33", "17", "101 talked last"),
        (outgoing(missed()), "33", "17", "101 called"),
        (Call { talks: Vec::new(), ..answered() }, "33", "33", "the counterparty's responsible"),
    ];
    for (call, manager, user, rule) in rows {
        let mut crm = Crm::default().company("7", manager, CLIENT);
        let note = crm.deliver(&r4(), &call);
        assert_eq!(text(&crm.held("contact"), "responsible"), user, "{rule}");
        assert!(note.ends_with(&format!("responsible {user}: {rule}")), "{note}");
    }
}

#[test]
fn r8_with_an_empty_mapping_the_responsible_stays_empty() {
    let rules = Rules { employees: Vec::new(), ..r4() };
    let mut crm = Crm::default().company("7", "", CLIENT);
    let note = crm.deliver(&rules, &missed());
    assert_eq!(text(&crm.held("contact"), "responsible"), "(none)");
    assert!(note.contains("responsible empty: the mapping is empty"), "{note}");
}

#[test]
fn a_mapping_for_one_source_does_not_hold_in_another() {
    let mut rules = r4();
    rules.employees[0].source = Some("other".parse().unwrap());
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&rules, &answered());
    assert_eq!(text(&crm.held("contact"), "responsible"), "33");
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

#[test]
fn a8_a_recording_that_comes_later_changes_the_same_contact_only() {
    let mut crm = Crm::default();
    crm.deliver(&r4(), &answered());
    crm.deliver(&r4(), &recorded(&["https://r/1"], answered()));
    assert_eq!(crm.names(), ["company", "contact", "contact"]);
    assert_eq!(text(&crm.held("contact"), "record_url"), "https://r/1");
    crm.deliver(&r4(), &recorded(&["https://r/1", "https://r/2"], answered()));
    let contact = crm.held("contact");
    assert_eq!(text(&contact, "record_url"), "https://r/1");
    assert!(text(&contact, "description").ends_with("записи: https://r/1 https://r/2"), "{contact:?}");
}

#[test]
fn a_correction_stays_with_the_counterparty_and_follows_it_only_when_it_is_gone() {
    let mut crm = Crm::default().company("9", "", CLIENT);
    crm.deliver(&r4(), &missed());
    // An older one gets the number, then the first is merged into it.
    crm = crm.company("2", "", CLIENT);
    crm.deliver(&r4(), &answered());
    assert_eq!(text(&crm.held("contact"), "owner"), "9");
    crm.companies.retain(|company| company.id != "9");
    crm.deliver(&r4(), &recorded(&["https://r/1"], answered()));
    assert_eq!(text(&crm.held("contact"), "owner"), "2");
    crm.companies.clear();
    crm.deliver(&r4(), &recorded(&["https://r/2"], answered()));
    assert_eq!((text(&crm.held("contact"), "owner"), crm.names().contains(&"company")), ("2", false));
}

#[test]
fn a6_a_contact_of_a_call_presumed_missed_follows_the_outcome() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&r4(), &Call { presumed: true, ..missed() });
    let first = crm.held("contact");
    assert!(text(&first, "description").ends_with("окончание определено по времени"), "{first:?}");
    crm.deliver(&r4(), &answered());
    let contact = crm.held("contact");
    assert_eq!((crm.names().len(), text(&contact, "responsible")), (2, "17"));
    assert!(text(&contact, "description").starts_with("Входящий звонок"));
}
