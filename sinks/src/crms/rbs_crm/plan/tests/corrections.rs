//! Later revisions: A6, A8, and what people did in the CRM meanwhile (F10).

use super::*;

fn r4() -> Rules {
    rules(json!({"create_contact": true}))
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

#[test]
fn a8_a_recording_that_comes_late_is_added_to_the_deal_then() {
    let rules = rules(json!({"create_contact": true, "add_recording_to_deal": true}));
    let mut crm = Crm::default().company("7", "", CLIENT).deal("7", "300");
    crm.deliver(&rules, &answered());
    assert_eq!(crm.names(), ["contact"]);
    let late = recorded(&["https://r/1"], answered());
    crm.deliver(&rules, &late);
    crm.deliver(&rules, &late);
    assert_eq!(crm.names(), ["contact", "contact", "history-1"]);
    assert_eq!(text(&crm.held("contact"), "record_url"), text(&crm.held("history-1"), "record_url"));
}

#[test]
fn a6_a8_a_call_presumed_missed_that_was_answered_and_recorded_after_all() {
    let all = json!({"create_contact": true, "add_recording_to_deal": true, "missed_call_task": true});
    let mut crm = Crm::default().company("7", "33", CLIENT).deal("7", "300");
    crm.deliver(&rules(all.clone()), &Call { presumed: true, ..missed() });
    assert_eq!(crm.names(), ["contact", "task"]);
    let call = recorded(&["https://r/1"], answered());
    crm.deliver(&rules(all.clone()), &call);
    assert_eq!(crm.names(), ["contact", "task", "task", "contact", "history-1"]);
    assert_eq!((text(&crm.held("task"), "status"), text(&crm.held("contact"), "responsible")), ("2", "17"));
    crm.deliver(&rules(all), &call);
    assert_eq!(crm.puts.len(), 5, "the same again changes nothing");
}

#[test]
fn f10_the_counterparty_we_made_is_looked_for_again_before_a_later_revision_uses_it() {
    let rules = rules(json!({"create_contact": true, "add_recording_to_deal": true}));
    let mut crm = Crm::default();
    crm.deliver(&rules, &answered());
    assert_eq!((crm.names().join(" "), text(&crm.held("contact"), "owner")), ("company contact".into(), "1000"));
    // It is merged into the one that has the number's deals.
    crm = crm.company("9", "", CLIENT).deal("9", "300");
    crm.companies.retain(|company| company.id != "1000");
    let note = crm.deliver(&rules, &recorded(&["https://r/1"], answered()));
    assert_eq!((text(&crm.held("contact"), "owner"), text(&crm.held("history-1"), "owner")), ("9", "300"));
    assert_eq!(crm.names().join(" "), "company contact contact history-1", "{note}");
    // And then that one is gone too: what was made is left as it is.
    crm.companies.clear();
    crm.deliver(&rules, &recorded(&["https://r/2"], answered()));
    assert_eq!(text(&crm.held("contact"), "owner"), "9");
}

#[test]
fn a13_a_call_began_when_the_pbx_says_so_if_that_can_be() {
    for (said, date) in [("08:59:30", "2026-11-19 11:59:30"), ("01:00:00", "2026-11-19 12:00:00")] {
        let mut heard = schemas::Said::only(schemas::PbxState::Hangup);
        heard.started_at = Some(at(said));
        let event = schemas::Heard {
            id: schemas::EventId::of(&[b"1"]),
            at: at("09:00:00"),
            origin: schemas::Origin::default(),
            reading: 0,
            said: heard,
        };
        let mut crm = Crm::default().company("7", "", CLIENT);
        crm.deliver(&r4(), &Call { events: vec![event], ..answered() });
        assert_eq!(text(&crm.held("contact"), "date"), date);
    }
}

#[test]
fn f15_a_try_that_was_cut_off_after_the_counterparty_goes_on_with_it() {
    let mut crm = Crm::default();
    crm.deliver(&r4(), &answered());
    crm.known.made.remove("contact");
    crm = crm.company("9", "", CLIENT);
    crm.looks.clear();
    crm.deliver(&r4(), &answered());
    assert_eq!((text(&crm.held("contact"), "owner"), crm.looks.join(" ")), ("1000", "known-counterparty users".into()));
    assert_eq!(crm.names(), ["company", "contact", "contact"]);
}
