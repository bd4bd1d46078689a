//! R5.

use super::*;

fn r5() -> Rules {
    rules(json!({"add_recording_to_deal": true}))
}

fn with_recording() -> Call {
    recorded(&["https://r/1"], answered())
}

#[test]
fn r5_a_recording_goes_to_the_history_of_the_last_active_deal() {
    for phone in ["+7 (916) 111-22-33", "89161112233"] {
        let mut crm = Crm::default().company("7", "18", phone).deal("7", "300");
        let note = crm.deliver(&r5(), &with_recording());
        assert_eq!(crm.names(), ["history-1"]);
        let entry = crm.held("history-1");
        for (field, value) in [("owner", "300"), ("date", "2026-11-19 12:00:00"), ("record_url", "https://r/1")] {
            assert_eq!(text(&entry, field), value, "{field}");
        }
        assert!(text(&entry, "text").starts_with("Запись разговора. Входящий звонок"), "{entry:?}");
        assert!(text(&entry, "text").ends_with(&crm.puts[0].marker));
        assert!(note.contains("recording 1 in the history of deal 300"), "{note}");
    }
}

#[test]
fn r5_without_an_active_deal_nothing_is_made_and_the_history_says_so() {
    let mut crm = Crm::default().company("7", "18", CLIENT);
    let note = crm.deliver(&r5(), &with_recording());
    assert!(crm.puts.is_empty());
    assert!(note.contains("no active deal"), "{note}");
}

#[test]
fn r5_a_counterparty_found_only_by_a_contact_person_gets_no_recording() {
    let mut crm = Crm::default().company("9", "18", "").person("9", CLIENT).deal("9", "300");
    let note = crm.deliver(&r5(), &with_recording());
    assert!(crm.puts.is_empty());
    assert!(note.contains("no counterparty has this number as its own phone"), "{note}");
}

#[test]
fn r5_unknown_and_hidden_numbers_get_no_recording() {
    for said in ["74950000001", "anonymous", "101"] {
        let mut crm = Crm::default().company("7", "18", CLIENT).deal("7", "300");
        let call = from(said, with_recording());
        let spelled = spellings(call.client.as_ref().unwrap());
        if spelled.is_empty() {
            crm.deliver(&r5(), &call);
        } else {
            // The little CRM above only answers for the usual client.
            crm.known.found.insert("counterparty".to_owned(), json!({}));
            assert!(matches!(r5().next(&call, &crm.known), Next::Done { .. }));
        }
        assert!(crm.puts.is_empty(), "{said}");
    }
}

#[test]
fn r5_a_call_without_a_recording_asks_nothing() {
    let mut crm = Crm::default().company("7", "18", CLIENT).deal("7", "300");
    crm.deliver(&r5(), &answered());
    assert!(crm.puts.is_empty() && crm.looks.is_empty());
}

#[test]
fn r5_each_recording_is_one_entry_and_a_later_one_joins_the_deal_that_is_active_then() {
    let mut crm = Crm::default().company("7", "18", CLIENT).deal("7", "300");
    crm.deliver(&r5(), &with_recording());
    crm = crm.deal("7", "301");
    crm.deliver(&r5(), &recorded(&["https://r/1", "https://r/2"], answered()));
    assert_eq!(crm.names(), ["history-1", "history-2"]);
    assert_eq!((text(&crm.held("history-1"), "owner"), text(&crm.held("history-2"), "owner")), ("300", "301"));
    crm.deliver(&r5(), &recorded(&["https://r/1b", "https://r/2"], answered()));
    assert_eq!(crm.names(), ["history-1", "history-2", "history-1"]);
    assert_eq!(text(&crm.held("history-1"), "record_url"), "https://r/1b");
    assert_ne!(crm.puts[0].marker, crm.puts[1].marker);
    assert_eq!(crm.puts[0].marker, crm.puts[2].marker);
}

#[test]
fn r5_with_r4_the_contact_and_the_history_are_made() {
    let rules = rules(json!({"add_recording_to_deal": true, "create_contact": true}));
    let mut crm = Crm::default().company("7", "18", CLIENT).deal("7", "300");
    crm.deliver(&rules, &with_recording());
    assert_eq!(crm.names(), ["contact", "history-1"]);
}
