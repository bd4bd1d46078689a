//! The rows of the scenarios, as the space then holds them.

use super::*;

#[tokio::test]
async fn u1_the_six_scenarios() {
    // Known or not; lead, status, whose lead, whose call, activities.
    for (direction, outcome, known, status, activities) in [
        ("incoming", "answered", false, "answered", 0),
        ("incoming", "answered", true, "answered", 0),
        ("incoming", "missed", false, "missed", 1),
        ("incoming", "missed", true, "unsuccessful", 1),
        ("outgoing", "answered", false, "answered", 0),
        ("outgoing", "missed", true, "unsuccessful", 0),
    ] {
        let row = format!("{direction} {outcome} {known}");
        let (crm, user) = space(|_| ()).await;
        let (default, owner) = (crm.add_user("Типовий"), crm.add_user("Власник"));
        let before = known.then(|| crm.add_lead("+38 (067) 111-22-33", owner));
        let session = open(&crm, user, &json!({"default_responsible": default}));
        deliver(session.as_ref(), &call(direction, outcome), &mut Known::default()).await.unwrap();
        let (lead, made) = (only(&crm, "leads"), only(&crm, "calls"));
        assert!(before.is_none_or(|before| before == lead.id && lead.edits == 0), "{row}");
        assert_eq!(made.get("lead_id"), lead.id, "{row}");
        assert_eq!(made.get("ended_call_status"), status, "{row}");
        let missed = (direction, outcome) == ("incoming", "missed");
        let whose = if !missed {
            user
        } else if known {
            owner
        } else {
            default
        };
        assert_eq!(made.get("employees"), &json!([whose]), "{row}");
        assert_eq!(lead.get("owner"), if known { owner } else { whose }, "{row}");
        if !known {
            assert_eq!(
                (lead.text("title"), lead.text("utm_source")),
                (DIGITS.to_owned(), "google".to_owned()),
                "{row}"
            );
        }
        assert_eq!(crm.live("activities").len(), activities, "{row}");
    }
}

#[tokio::test]
async fn u2_the_activity_is_bound_and_a6_marked_done_whichever_path_it_has() {
    for (at_entities, other) in [(false, 404), (false, 405), (true, 404), (true, 405)] {
        let trap = |traps: &mut Traps| (traps.activities_at_entities, traps.other_activity_path) = (at_entities, other);
        let (crm, user) = space(trap).await;
        let handler = crm.add_user("Черговий");
        let session = open(&crm, user, &json!({"missed_call_responsible": handler}));
        let mut known = Known::default();
        deliver(session.as_ref(), &call("incoming", "missed"), &mut known).await.unwrap();
        let (activity, lead) = (only(&crm, "activities"), only(&crm, "leads"));
        assert_eq!((activity.text("status"), activity.get("responsible_id")), ("planned".to_owned(), &json!(handler)));
        assert_eq!(activity.get("crm_entities"), &json!({"leads": [{"id": lead.id}]}));
        let note = deliver(session.as_ref(), &call("incoming", "answered"), &mut known).await.unwrap();
        let activity = only(&crm, "activities");
        assert_eq!((activity.text("status"), activity.edits), ("done".to_owned(), 1), "{note}");
        let (call, lead) = (only(&crm, "calls"), only(&crm, "leads"));
        assert_eq!((call.text("ended_call_status"), call.edits), ("answered".to_owned(), 1));
        assert_eq!((call.get("employees"), lead.get("owner")), (&json!([user]), &json!(user)));
    }
}

#[tokio::test]
async fn a8_a_recording_that_comes_late_is_one_change_of_one_field() {
    let (crm, user) = space(|_| ()).await;
    let session = open(&crm, user, &json!({}));
    let mut known = Known::default();
    deliver(session.as_ref(), &call("incoming", "answered"), &mut known).await.unwrap();
    // Somebody names the call otherwise meanwhile.
    let made = only(&crm, "calls");
    crm.set("calls", made.id, &json!({"subject": "Важливий дзвінок"}));
    deliver(session.as_ref(), &recorded(call("incoming", "answered")), &mut known).await.unwrap();
    let made = only(&crm, "calls");
    assert_eq!(made.text("call_record_link"), "https://r.test/1?a=1&b=2");
    assert_eq!((made.text("subject"), made.edits), ("Важливий дзвінок".to_owned(), 2));
    assert_eq!((crm.requests("PATCH", "/"), only(&crm, "leads").edits), (1, 0));
    deliver(session.as_ref(), &recorded(call("incoming", "answered")), &mut known).await.unwrap();
    assert_eq!(crm.requests("PATCH", "/"), 1, "the same again changes nothing");
}

#[tokio::test]
async fn a_known_client_is_found_however_the_number_is_written() {
    for stored in
        ["380671112233", "+380671112233", "0671112233", "+38 (067) 111-22-33", "067 111 22 33", "+380 67 111 2233"]
    {
        let (crm, user) = space(|_| ()).await;
        for stranger in ["380501112233", "+38 (050) 111-22-33", "1112233", "3806711122330"] {
            crm.add_lead(stranger, user);
        }
        let lead = crm.add_lead(stored, user);
        let session = open(&crm, user, &json!({}));
        deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap();
        assert_eq!(only(&crm, "calls").get("lead_id"), lead, "{stored}");
    }
}

#[tokio::test]
async fn decided_a_known_client_without_an_open_lead_gets_a_new_one_bound_to_what_is_known() {
    for has in [true, false] {
        let (crm, user) = space(|traps| traps.leads_have_contacts = has).await;
        let closed = crm.add_lead(DIGITS, user);
        crm.close_lead(closed, "SUCCESS");
        let converted = crm.add_lead(DIGITS, user);
        crm.set("leads", converted, &json!({"converted": true}));
        let (contact, company) = (crm.add_contact("Оксана", "067 111 22 33"), crm.add_company("Ромашка", DIGITS));
        crm.add_contact("Інша", "380501112233");
        let session = open(&crm, user, &json!({}));
        let note = deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap();
        let (lead, made) = (crm.live("leads").pop().unwrap(), only(&crm, "calls"));
        assert!(![closed, converted].contains(&lead.id), "{note}");
        assert_eq!(made.get("lead_id"), lead.id);
        assert_eq!((made.get("contact_id"), made.get("company_id")), (&json!(contact), &json!(company)));
        assert_eq!(lead.get("contacts"), &if has { json!([contact]) } else { Value::Null });
    }
}

#[tokio::test]
async fn decided_of_several_open_leads_the_newest_gets_the_call() {
    for oldest_first in [true, false] {
        let (crm, user) = space(|traps| traps.oldest_first = oldest_first).await;
        let leads: Vec<u64> = (0..3).map(|_| crm.add_lead(DIGITS, user)).collect();
        crm.close_lead(leads[2], "FAIL");
        let session = open(&crm, user, &json!({}));
        let note = deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap();
        assert_eq!(only(&crm, "calls").get("lead_id"), leads[1]);
        assert!(note.contains("2 open leads"), "{note}");
    }
}

#[tokio::test]
async fn numbers_that_come_as_texts_are_numbers() {
    let (crm, user) = space(|traps| traps.numbers_as_texts = true).await;
    let owner = crm.add_user("Власник");
    crm.add_lead(DIGITS, owner);
    for credentials in [TOKEN, APP] {
        let session = open_as(&crm, user, &json!({}), credentials);
        assert_eq!(session.check().await.unwrap().who, "connected as Іван, 2 users");
    }
    let session = open(&crm, user, &json!({}));
    let mut known = Known::default();
    deliver(session.as_ref(), &call("incoming", "missed"), &mut known).await.unwrap();
    deliver(session.as_ref(), &call("incoming", "answered"), &mut known).await.unwrap();
    let made = only(&crm, "calls");
    assert_eq!((made.get("employees"), made.edits), (&json!([user]), 1));
    let again = first_put(session.as_ref(), &call("incoming", "missed"), &mut Known::default()).await;
    assert_eq!(session.find(&again).await.unwrap(), Some(made.id.to_string()));
}

#[tokio::test]
async fn what_another_space_takes_is_a_matter_of_settings() {
    let (crm, user) = space(|traps| (traps.external_id_is_text, traps.leads_have_comments) = (true, false)).await;
    let session = open(&crm, user, &json!({}));
    let failure = deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { field: Some(field), .. } if field == "external_id"), "{failure}");
    let settings = json!({"external_id": "text", "integration_code": "ringostat", "status_values": {"answered": 3},
        "lead_source": "ringostat", "number_search": ["filter"]});
    let session = open(&crm, user, &settings);
    deliver(session.as_ref(), &call("incoming", "answered"), &mut Known::default()).await.unwrap();
    let made = only(&crm, "calls");
    assert!(made.get("external_id").is_string());
    assert_eq!((made.text("integration_code"), made.get("ended_call_status")), ("ringostat".to_owned(), &json!(3)));
    assert_eq!(crm.live("leads").len(), 1, "the lead of the first try was found by its number");
}

#[tokio::test]
async fn u4_by_sip_or_phone_and_who_is_not_in_the_mapping_is_the_default_responsibles() {
    for (who, mapped) in [
        (json!({"sip": "acme_ivan"}), true),
        (json!({"phone": "+38 050 700 00 01"}), true),
        (json!({"sip": "acme_nobody", "phone": "380507000009"}), false),
    ] {
        let (crm, user) = space(|_| ()).await;
        let default = crm.add_user("Типовий");
        let mut entry = entry(&crm.base_url(), user, &json!({"default_responsible": default}), TOKEN);
        entry.connection.employees[0].who.phone = Some("380507000001".into());
        let session = uspacy::Uspacy.open(&entry, &memos()).unwrap_or_else(|why| panic!("{why:?}"));
        let mut call = call("incoming", "answered");
        call.talks[0].who = serde_json::from_value(who.clone()).unwrap();
        let note = deliver(session.as_ref(), &call, &mut Known::default()).await.unwrap();
        let whose = if mapped { user } else { default };
        assert_eq!(only(&crm, "calls").get("employees"), &json!([whose]), "{who}: {note}");
        assert_eq!(only(&crm, "leads").get("owner"), whose, "{who}");
        assert_eq!(note.contains("not in the mapping"), !mapped, "{note}");
    }
}
