//! S2, S4: to whom a row belongs.

use super::*;

fn of(call: &Call) -> (Value, String) {
    let mut crm = Crm::default();
    let note = crm.deliver(&rules(json!({})), call);
    (crm.row()["managerId"].clone(), note)
}

#[test]
fn s2_the_responsible_is_who_took_or_made_the_call() {
    let transferred = talked(&["101", "102"].map(Who::extension), answered());
    let rows = [
        (answered(), json!(17), "101 talked last"),
        (transferred.clone(), json!(18), "102 talked last"),
        (missed(), json!(null), "nobody took the call"),
        (ringing(), json!(null), "nobody has taken the call yet"),
        (talking(), json!(17), "101 talks"),
        (outgoing(answered()), json!(17), "101 called"),
        (outgoing(transferred), json!(17), "101 called"),
        (outgoing(missed()), json!(17), "101 called"),
        (outgoing(ringing()), json!(17), "101 called"),
    ];
    for (call, manager, rule) in rows {
        let (held, note) = of(&call);
        assert_eq!(held, manager, "{call:?}");
        assert!(note.contains(rule) || !call.ended(), "{note}");
    }
}

#[test]
fn s2_a7_who_is_not_in_the_mapping_leaves_it_empty_and_the_note_says_why() {
    for call in [answered(), outgoing(answered()), outgoing(missed())] {
        let unmapped = [Who::extension("199")];
        let call = if call.answered() { talked(&unmapped, call) } else { call };
        let (held, note) = of(&rung(&unmapped, call));
        assert_eq!(held, Value::Null);
        assert!(note.contains("responsible empty: 199") && note.contains("not in the mapping"), "{note}");
    }
    let (held, note) = of(&outgoing(rung(&[], missed())));
    assert_eq!(held, Value::Null);
    assert!(note.contains("nobody took the call"), "{note}");
}

#[test]
fn s4_an_employee_is_known_by_extension_sip_or_phone() {
    let employees = json!([{"crm_user": "5", "sip": "acme_ivan"}, {"crm_user": "a-6", "phone": "+380 50 111 22 33"}]);
    let rules = Rules { employees: serde_json::from_value(employees).unwrap(), ..rules(json!({})) };
    let sip = calls::sip("acme_ivan");
    let phone = Who { phone: Some("380501112233".into()), ..Who::default() };
    for (who, manager) in [(sip, json!(5)), (phone, json!("a-6"))] {
        let mut crm = Crm::with(&["5", "a-6"]);
        crm.deliver(&rules, &talked(&[who], answered()));
        assert_eq!(crm.row()["managerId"], manager);
    }
}

#[test]
fn f11_a_manager_who_left_is_nobody_and_the_note_says_so() {
    let mut crm = Crm::with(&["18"]);
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.row()["managerId"], Value::Null);
    assert!(note.contains("responsible empty: 101 talked last, whose manager 17 no longer works there"), "{note}");
}

#[test]
fn f11_who_left_after_the_row_was_made_took_the_call_all_the_same() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &answered());
    crm.managers.clear();
    crm.looks.clear();
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!((&crm.row()["managerId"], crm.looks.len()), (&json!(17), 0));
}

#[test]
fn managers_are_looked_at_only_where_one_is_to_be_set() {
    for (call, looks) in [(missed(), false), (ringing(), false), (answered(), true), (outgoing(missed()), true)] {
        let mut crm = Crm::default();
        crm.deliver(&rules(json!({})), &call);
        assert_eq!(crm.looks.iter().any(|look| look == "users"), looks, "{call:?}");
    }
}
