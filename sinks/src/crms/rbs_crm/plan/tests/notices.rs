//! R3.

use super::*;
use crate::connector::Notice;

fn ringing(extensions: &[Option<&str>]) -> Call {
    let who: Vec<Who> = extensions.iter().map(|it| it.map(Who::extension).unwrap_or_default()).collect();
    rung(&who, calls::ringing(answered()))
}

fn told(crm: &mut Crm, rules: &Rules, call: &Call) -> Vec<Put> {
    crm.known.found.clear();
    for _ in 0..10 {
        match rules.notice(call, &crm.known) {
            Notice::Look(look) => crm.look(look),
            Notice::Send(puts) => return puts,
        }
    }
    panic!("the notice does not come to an end");
}

fn users(puts: &[Put]) -> Vec<&str> {
    puts.iter().map(|put| text(&put.content, "user")).collect()
}

#[test]
fn r3_who_is_told_of_an_incoming_call() {
    let known = || Crm::default().company("7", "33", CLIENT);
    let nobody = || Crm::default().company("7", "", CLIENT);
    let rows: [(&str, Crm, Call, &[&str]); 9] = [
        ("its responsible", known(), ringing(&[Some("102")]), &["33"]),
        ("unknown: the extension's employee", Crm::default(), ringing(&[Some("102")]), &["18"]),
        ("several extensions", Crm::default(), ringing(&[Some("102"), Some("101"), Some("102")]), &["18", "17"]),
        ("no extension: everybody", Crm::default(), ringing(&[None]), &["17", "18"]),
        ("nobody rung yet: everybody", Crm::default(), ringing(&[]), &["17", "18"]),
        ("extension without an employee: everybody", Crm::default(), ringing(&[Some("999")]), &["17", "18"]),
        ("one of several without an employee", Crm::default(), ringing(&[Some("101"), Some("999")]), &["17", "18"]),
        ("no responsible set: the extension's employee", nobody(), ringing(&[Some("101")]), &["17"]),
        ("hidden: the extension's employee", known(), from("anonymous", ringing(&[Some("101")])), &["17"]),
    ];
    for (what, mut crm, call, expected) in rows {
        let puts = told(&mut crm, &rules(json!({})), &call);
        assert_eq!(users(&puts), expected, "{what}");
    }
}

#[test]
fn r3_setting_off_tells_every_employee_at_once() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    let puts = told(&mut crm, &rules(json!({"notify_only_responsible": false})), &ringing(&[Some("101")]));
    assert_eq!(users(&puts), ["17", "18"]);
    assert!(crm.looks.is_empty());
}

#[test]
fn r3_only_a_ringing_incoming_call_is_announced() {
    let ringing = ringing(&[Some("101")]);
    for call in [
        Call { state: CallState::Talking, ..ringing.clone() },
        Call { state: CallState::Ended, ..ringing.clone() },
        outgoing(ringing),
    ] {
        let mut crm = Crm::default();
        assert!(told(&mut crm, &rules(json!({})), &call).is_empty());
        assert!(crm.looks.is_empty());
    }
}

#[test]
fn r3_a_notice_says_who_calls() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    let puts = told(&mut crm, &rules(json!({})), &ringing(&[Some("101")]));
    assert_eq!((puts[0].name.as_str(), puts[0].record.as_str()), ("notice-33", "notification"));
    let content = &puts[0].content;
    let says = "Входящий звонок: Компания 7, +7 916 111-22-33, линия +7 495 111-22-33";
    assert_eq!((text(content, "text"), text(content, "date")), (says, "2026-11-19 12:00:00"));
}

#[test]
fn f11_r3_who_left_is_told_nothing_and_counts_as_not_in_the_mapping() {
    let rows: [(&str, &[&'static str], Call, &[&str]); 4] = [
        ("its responsible left: the extension's employee", &["17", "18"], ringing(&[Some("102")]), &["18"]),
        ("the extension's employee left: everybody else", &["17"], ringing(&[Some("102")]), &["17"]),
        ("its responsible works there", &["17", "33"], ringing(&[Some("102")]), &["33"]),
        ("nobody is left", &["99"], ringing(&[None]), &[]),
    ];
    for (what, working, call, expected) in rows {
        let mut crm = Crm::default().company("7", "33", CLIENT).users(working);
        let puts = told(&mut crm, &rules(json!({})), &call);
        assert_eq!(users(&puts), expected, "{what}");
    }
}
