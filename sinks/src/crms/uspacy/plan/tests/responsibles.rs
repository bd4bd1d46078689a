//! U1, U4, A7, F11: to whom records belong, and by which rule.

use super::*;

#[test]
fn u4_the_responsible_of_a_call_and_its_rule() {
    let phone = Who { phone: Some("380501112233".into()), ..Who::default() };
    let nobody = || talked(&[sip("acme_nobody")], answered());
    let (ivan, olena) = (sip("acme_ivan"), sip("acme_olena"));
    let rows: [(Call, u64, &str); 8] = [
        (answered(), 17, "acme_ivan talked last"),
        (talked(&[ivan.clone(), olena], answered()), 18, "acme_olena talked last"),
        (talked(&[phone], answered()), 18, "an employee known by the phone number talked last"),
        (nobody(), 9, "acme_nobody talked last and is not in the mapping, so the default responsible"),
        (talked(&[Who::default()], answered()), 9, "an unnamed employee talked last and is not in the mapping"),
        (talked(&[], answered()), 9, "the PBX did not say which employee it was, so the default responsible"),
        (outgoing(missed()), 17, "acme_ivan called"),
        (missed(), 9, "the call was missed: the default responsible"),
    ];
    for (call, user, rule) in rows {
        let mut crm = Crm::default();
        let note = crm.deliver(&rules(json!({})), &call);
        assert_eq!(
            (crm.field("call", "employees"), crm.field("lead", "owner")),
            (json!([user]), json!(user)),
            "{rule}"
        );
        assert!(note.contains(rule), "{rule}: {note}");
        assert!(crm.puts.iter().take(2).all(|put| put.why.contains(rule)), "{rule}: {:?}", crm.puts);
    }
}

#[test]
fn u1_a_missed_call_of_a_known_client_is_its_leads_responsibles() {
    for (owner, user, rule) in [
        ("19", 19, "the call was missed: the lead's responsible"),
        ("", 9, "the call was missed: the default responsible"),
        ("55", 9, "the lead's responsible no longer works there, so the default responsible"),
    ] {
        let mut crm = Crm::default().lead("70", owner, true, CLIENT);
        let note = crm.deliver(&rules(json!({})), &missed());
        assert_eq!(crm.field("call", "employees"), json!([user]), "{owner}");
        assert!(note.contains(rule), "{note}");
    }
}

#[test]
fn f11_who_no_longer_works_there_counts_as_unmapped() {
    let mut crm = Crm::default().without_user("17");
    let note = crm.deliver(&rules(json!({})), &answered());
    assert_eq!((crm.field("call", "employees"), crm.field("lead", "owner")), (json!([9]), json!(9)));
    assert!(note.contains("acme_ivan talked last and no longer works there, so the default responsible"), "{note}");

    let mut crm = Crm::default().without_user("18");
    let note = crm.deliver(&rules(json!({"missed_call_responsible": 18})), &missed());
    assert_eq!(crm.field("activity", "responsible_id"), 9);
    assert!(note.contains("whoever handles missed calls no longer works there, so the default responsible"), "{note}");

    let mut crm = Crm::default().without_user("9");
    let note = crm.deliver(&rules(json!({})), &missed());
    assert!(note.contains("the default responsible, who no longer works there: set another one"), "{note}");
}

#[test]
fn f11_who_left_after_the_call_stays_whose_call_it_was() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &answered());
    crm = crm.without_user("17");
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!((crm.field("call", "employees"), crm.field("lead", "owner")), (json!([17]), json!(17)));
    assert_eq!(crm.field("call", "call_record_link"), "https://r/1");
}
