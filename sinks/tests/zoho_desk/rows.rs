//! Z3 to Z6 as the organisation holds them afterwards.

use super::*;

/// Fields of a record, as text.
fn texts<const N: usize>(record: &Record, fields: [&str; N]) -> [String; N] {
    fields.map(|field| record.text(field))
}

#[tokio::test]
async fn z3_an_answered_call_of_a_new_client() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    deliver(session.as_ref(), &call("answered", &["https://r/1.mp3"]), &mut Known::default()).await.unwrap();
    assert_eq!(site.counts(), [1, 1, 1, 0]);
    let (contact, ticket, call) = (site.last("contacts"), site.last("tickets"), site.last("calls"));
    let owner = site.agents[0].to_string();
    assert_eq!(texts(&contact, ["lastName", "phone", "ownerId"]), [CLIENT, CLIENT, &owner]);
    let marks = json!({"cf_rs_utm_source": "google", "cf_rs_google_client_id": "123.456"});
    assert_eq!((contact.get("cf"), ticket.get("cf")), (&marks, &marks));
    let expected = [&contact.id.to_string(), "201", &owner, "Phone"];
    assert_eq!(texts(&ticket, ["contactId", "departmentId", "assigneeId", "channel"]), expected);
    let links = texts(&call, ["contactId", "ticketId", "ownerId", "departmentId"]);
    assert_eq!(links, [&contact.id.to_string(), &ticket.id.to_string(), &owner, "201"]);
    let said = texts(&call, ["direction", "status", "startTime", "duration", "recordingUrl"]);
    assert_eq!(said, ["inbound", "Completed", "2026-11-19T09:00:00.000Z", "65", "https://r/1.mp3"]);
}

#[tokio::test]
async fn z4_z5_a_missed_call_of_a_new_client() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    deliver(session.as_ref(), &call("missed", &[]), &mut Known::default()).await.unwrap();
    assert_eq!(site.counts(), [1, 1, 1, 1]);
    let (task, senior) = (site.last("tasks"), site.senior.to_string());
    assert_eq!(texts(&task, ["dueDate", "ownerId", "statusType"]), ["2026-11-19T13:01:15.000Z", &senior, "Open"]);
    assert_eq!(task.text("ticketId"), site.last("tickets").id.to_string());
    assert_eq!(texts(&site.last("calls"), ["status", "duration", "ownerId"]), ["Missed", "0", &senior]);
    assert_eq!(site.last("tickets").text("assigneeId"), senior);
}

#[tokio::test]
async fn a_known_contacts_open_ticket_gets_the_call_however_the_number_is_written() {
    for (field, spelling) in [
        ("phone", "380671112233"),
        ("mobile", "+380671112233"),
        ("mobile", "067 111 22 33"),
        ("phone", "+38 (067) 111-22-33"),
        ("phone", "067-111-2233"),
        ("mobile", "671112233"),
    ] {
        let site = Site::new().await;
        let contact = site.desk.add_contact("Ромашка", field, spelling);
        site.desk.add_contact("Чужий", field, "+38 (067) 111-22-34");
        site.desk.add_ticket(contact, "Closed");
        let ticket = site.desk.add_ticket(contact, "Очікує клієнта");
        site.desk.add_ticket(contact, "On Hold");
        let session = site.open(&json!({}));
        deliver(session.as_ref(), &call("missed", &[]), &mut Known::default()).await.unwrap();
        assert_eq!(site.counts(), [2, 3, 1, 1], "{spelling}");
        let call = site.last("calls");
        assert_eq!(texts(&call, ["contactId", "ticketId"]), [contact.to_string(), ticket.to_string()], "{spelling}");
        assert_eq!(site.last("tasks").text("ticketId"), ticket.to_string());
    }
}

#[tokio::test]
async fn a_known_contact_without_an_open_ticket_gets_a_new_one() {
    let site = Site::new().await;
    let contact = site.desk.add_contact("Ромашка", "phone", CLIENT);
    site.desk.add_ticket(contact, "Closed");
    let session = site.open(&json!({}));
    let note = deliver(session.as_ref(), &call("answered", &[]), &mut Known::default()).await.unwrap();
    assert_eq!(site.counts(), [1, 2, 1, 0]);
    assert_eq!(site.last("tickets").text("contactId"), contact.to_string());
    assert!(note.contains(&format!("contact {contact}")), "{note}");
    // Z3: it had no marks of marketing.
    assert_eq!(site.last("contacts").get("cf")["cf_rs_utm_source"], "google");
    assert_eq!(site.last("contacts").text("lastName"), "Ромашка");
}

#[tokio::test]
async fn a16_hidden_callers_are_registered_without_a_card() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    let mut call = call("missed", &[]);
    call.client = Some(schemas::Phone::read("anonymous", "UA"));
    deliver(session.as_ref(), &call, &mut Known::default()).await.unwrap();
    assert_eq!(site.counts(), [0, 0, 1, 1]);
}

#[tokio::test]
async fn a6_a_missed_call_that_was_answered_and_recorded_after_all() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    let mut known = Known::default();
    deliver(session.as_ref(), &call("missed", &[]), &mut known).await.unwrap();
    deliver(session.as_ref(), &call("answered", &["https://r/1"]), &mut known).await.unwrap();
    assert_eq!(site.counts(), [1, 1, 1, 1]);
    let owner = site.agents[0].to_string();
    assert_eq!(texts(&site.last("tasks"), ["status", "statusType"]), ["Completed", "Closed"]);
    let call = texts(&site.last("calls"), ["status", "ownerId", "duration", "recordingUrl"]);
    assert_eq!(call, ["Completed", &owner, "65", "https://r/1"]);
    assert_eq!(site.last("tickets").text("assigneeId"), owner);
}

#[tokio::test]
async fn z5_before_the_talk_contact_and_ticket_are_there_and_the_rest_follows() {
    let site = Site::new().await;
    let session = site.open(&json!({"create_before_talk": true}));
    assert!(session.early() && !site.open(&json!({})).early());
    let mut known = Known::default();
    deliver(session.as_ref(), &ringing(), &mut known).await.unwrap();
    assert_eq!(site.counts(), [1, 1, 0, 0]);
    let senior = site.senior.to_string();
    let owners = || [site.last("contacts").text("ownerId"), site.last("tickets").text("assigneeId")];
    assert_eq!(owners(), [senior.clone(), senior.clone()]);
    deliver(session.as_ref(), &call("answered", &[]), &mut known).await.unwrap();
    assert_eq!((site.counts(), owners()), ([1, 1, 1, 0], [senior.clone(), senior]));
    assert_eq!(site.last("calls").text("ownerId"), site.agents[0].to_string());
    assert_eq!([site.last("contacts").edits, site.last("tickets").edits], [0, 0]);
}

#[tokio::test]
async fn z6_mapped_fields_and_fixed_values_arrive_and_what_cannot_be_taken_is_named() {
    let site = Site::new().await;
    site.desk.add_field("tickets", "Landing page", "Text");
    site.desk.add_field("tickets", "Notes", "Textarea");
    site.desk.add_field("contacts", "Call", "Text");
    let session = site.open(&json!({
        "ticket_fields": {"landing": "cf_landing_page", "direction": "cf_notes", "pool": "cf_none"},
        "contact_fields": {"call_id": "cf_call", "utm_medium": "cf_rs_utm_source"},
        "ticket_defaults": {"priority": "High", "cf_rs_utm_term": "phone"}
    }));
    let mut call = call("answered", &[]);
    let landing = format!("https://acme.test/{}", "я".repeat(200));
    call.marketing.marks.insert("landing".to_owned(), landing);
    call.marketing.marks.insert("utm_medium".to_owned(), "cpc".to_owned());
    let note = deliver(session.as_ref(), &call, &mut Known::default()).await.unwrap();
    let (ticket, contact) = (site.last("tickets"), site.last("contacts"));
    assert_eq!(ticket.get("cf")["cf_landing_page"].as_str().unwrap().chars().count(), 100);
    assert_eq!((ticket.text("priority"), &ticket.get("cf")["cf_rs_utm_term"]), ("High".to_owned(), &json!("phone")));
    assert_eq!(contact.get("cf")["cf_call"], "acme-pbx/77.1");
    assert_eq!(contact.get("cf")["cf_rs_utm_source"], "cpc", "the mapping replaces the automatic value");
    assert!(note.contains("direction is left out") && note.contains("pool is left out"), "{note}");
}

#[tokio::test]
async fn f9_two_first_calls_of_one_number_make_one_card_and_one_ticket() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    site.desk.faults().set_search_lag(std::time::Duration::from_hours(1));
    let mut first = Known::default();
    deliver(session.as_ref(), &call("answered", &[]), &mut first).await.unwrap();
    let mut second = Known { remembered: first.remembered, ..Known::default() };
    let call = Call { id: schemas::CallId("acme-pbx/78".to_owned()), ..call("answered", &[]) };
    deliver(session.as_ref(), &call, &mut second).await.unwrap();
    assert_eq!(site.counts(), [1, 1, 2, 0]);
}

#[tokio::test]
async fn f10_a_remembered_contact_that_was_deleted_is_looked_up_before_use() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    let mut first = Known::default();
    deliver(session.as_ref(), &call("answered", &[]), &mut first).await.unwrap();
    site.desk.remove("contacts", site.last("contacts").id);
    let merged = site.desk.add_contact("Ромашка", "mobile", "0671112233");
    let mut second = Known { remembered: first.remembered, ..Known::default() };
    let call = Call { id: schemas::CallId("acme-pbx/78".to_owned()), ..call("answered", &[]) };
    deliver(session.as_ref(), &call, &mut second).await.unwrap();
    assert_eq!(site.last("calls").text("contactId"), merged.to_string());
}

#[tokio::test]
async fn f11_an_agent_who_left_is_given_nothing() {
    let site = Site::new().await;
    site.desk.dismiss(site.agents[0]);
    let session = site.open(&json!({}));
    let note = deliver(session.as_ref(), &call("answered", &[]), &mut Known::default()).await.unwrap();
    assert_eq!(site.last("calls").text("ownerId"), site.senior.to_string());
    assert!(note.contains("no longer works there"), "{note}");
}
