//! S1: whose card a call belongs to, and when one is made.

use super::*;

#[test]
fn s1_a_call_from_or_to_a_new_number_makes_a_card_first() {
    for call in [answered(), missed(), outgoing(answered()), outgoing(missed()), ringing(), talking()] {
        let mut crm = Crm::default();
        crm.deliver(&rules(json!({})), &call);
        assert_eq!(crm.names().join(" "), "client call", "{call:?}");
        let card = &crm.puts[0];
        assert_eq!(json!(card.content), json!({"fullname": "+380 67 111 2233", "phone": "+380671112233"}));
        assert_eq!((card.remember, card.marker.as_str()), (Some("client"), "+380671112233"));
        assert_eq!(crm.row()["clientId"], 1000);
    }
}

#[test]
fn s1_a_known_number_makes_none_however_it_is_written() {
    for (phone, looks) in [("+380671112233", 1), ("380671112233", 2), ("0671112233", 3), ("671112233", 4)] {
        let mut crm = Crm::default().card("15", phone).card("16", "+380990000000");
        let note = crm.deliver(&rules(json!({})), &missed());
        assert_eq!((crm.names().join(" ").as_str(), crm.looks.len()), ("call", looks), "{phone}");
        assert_eq!(crm.row()["clientId"], 15);
        assert!(note.contains("client 15"), "{note}");
    }
}

#[test]
fn s1_with_create_client_off_the_row_stands_without_a_card() {
    let mut crm = Crm::default();
    let note = crm.deliver(&rules(json!({"create_client": false})), &answered());
    assert_eq!((crm.names().join(" ").as_str(), crm.row().get("clientId")), ("call", None));
    assert!(note.contains("create_client is off"), "{note}");
    let mut crm = Crm::default().card("15", CLIENT);
    crm.deliver(&rules(json!({"create_client": false})), &answered());
    assert_eq!(crm.row()["clientId"], 15);
}

#[test]
fn a16_of_several_cards_the_oldest_is_taken_and_the_note_says_so() {
    let mut crm = Crm::default().card("100", CLIENT).card("15", CLIENT).card("15", CLIENT);
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!((crm.names().join(" ").as_str(), &crm.row()["clientId"]), ("call", &json!(15)));
    assert!(note.contains("2 clients have this number, the oldest was taken"), "{note}");
}

#[test]
fn a16_hidden_callers_extensions_and_short_numbers_make_no_card_and_are_registered() {
    for (said, phone) in [("anonymous", None), ("102", Some("102")), ("112", Some("112")), ("", None)] {
        let mut crm = Crm::default().card("15", said);
        let note = crm.deliver(&rules(json!({})), &from(said, missed()));
        assert_eq!((crm.names().join(" ").as_str(), crm.looks.len()), ("call", 0), "{said}");
        let row = crm.row();
        assert_eq!((row.get("phone").and_then(Value::as_str), row.get("clientId")), (phone, None), "{said}");
        assert!(note.contains("no client:"), "{note}");
    }
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &Call { client: None, ..missed() });
    assert_eq!(crm.names().join(" "), "call");
}

#[test]
fn f9_the_card_that_another_call_of_the_number_made_is_taken_though_no_search_shows_it() {
    let mut crm = Crm::default().card("50", "+380671112233").remembers("client", "50");
    crm.deliver(&rules(json!({})), &missed());
    assert_eq!((crm.looks.join(" ").as_str(), crm.names().join(" ").as_str()), ("remembered-client", "call"));
    assert_eq!(crm.row()["clientId"], 50);
}

#[test]
fn f10_a_card_of_ours_that_is_gone_or_has_another_number_is_looked_for_by_number() {
    for crm in [Crm::default(), Crm::default().card("50", "+380990000000")] {
        let mut crm = crm.card("60", "0671112233").remembers("client", "50");
        crm.deliver(&rules(json!({})), &answered());
        assert_eq!((crm.names().join(" ").as_str(), &crm.row()["clientId"]), ("call", &json!(60)));
    }
    let mut crm = Crm::default().remembers("client", "50");
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!((crm.names().join(" ").as_str(), &crm.row()["clientId"]), ("client call", &json!(1000)));
}

/// A try that ended between the card and the row.
fn half_done() -> Crm {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &ringing());
    crm.known.made.remove(kind::CALL);
    crm.puts.clear();
    crm.looks.clear();
    crm
}

#[test]
fn s1_a_try_that_is_resumed_takes_the_card_it_made_if_it_is_still_there() {
    let mut crm = half_done();
    crm.deliver(&rules(json!({})), &missed());
    assert_eq!((crm.looks.join(" ").as_str(), crm.names().join(" ").as_str()), ("made-client", "call"));
    assert_eq!(crm.row()["clientId"], 1000);
}

#[test]
fn f10_a_card_that_people_deleted_is_not_made_again_by_the_same_call() {
    let mut crm = half_done();
    crm.cards.clear();
    let note = crm.deliver(&rules(json!({})), &missed());
    assert_eq!((crm.names().join(" ").as_str(), crm.row().get("clientId")), ("call", None));
    assert!(note.contains("no second"), "{note}");
    // Merged into another: that one.
    let mut crm = half_done();
    crm.cards.clear();
    crm = crm.card("7", "+380671112233");
    crm.deliver(&rules(json!({})), &missed());
    assert_eq!((crm.names().join(" ").as_str(), &crm.row()["clientId"]), ("call", &json!(7)));
}

#[test]
fn a_later_word_of_the_call_costs_no_look_at_cards() {
    let mut crm = Crm::default().card("15", CLIENT);
    crm.deliver(&rules(json!({})), &ringing());
    crm.looks.clear();
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.looks, ["users"]);
    assert!(note.contains("client 15, as the row has it"), "{note}");
    crm.looks.clear();
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!((crm.looks.len(), crm.names().join(" ").as_str()), (0, "call call call"));
}

#[test]
fn s1_a_number_that_is_told_late_makes_the_card_and_the_row_stays_as_its_changeable_fields_allow() {
    for (changeable, phone, client) in
        [(json!(["status"]), None, None), (json!(["phone", "client_id"]), Some("+380671112233"), Some(1001))]
    {
        let rules = rules(json!({ "changeable": changeable }));
        let mut crm = Crm::default();
        crm.deliver(&rules, &Call { client: None, ..ringing() });
        let note = crm.deliver(&rules, &missed());
        assert!(crm.names().join(" ").starts_with("call client"), "{}", crm.names().join(" "));
        let row = crm.row();
        assert_eq!(row.get("phone").and_then(Value::as_str), phone);
        assert_eq!(row.get("clientId").and_then(Value::as_u64), client);
        assert_eq!(note.contains("made without client 1001 and stays so"), client.is_none(), "{note}");
    }
}
