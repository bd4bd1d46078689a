//! The connection check, and what is wrong with a connection.

use super::*;

#[tokio::test]
async fn check_says_as_whom_and_what_the_account_cannot_take() {
    let site = Site::with(ZohoOptions { fields: Vec::new(), ..ZohoOptions::default() }).await;
    site.desk.add_field("tickets", "Notes", "Textarea");
    for mark in ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "google_client_id"] {
        site.desk.add_field("contacts", &format!("rs_{mark}"), "Text");
    }
    let settings = json!({"ticket_fields": {"landing": "cf_notes"}, "contact_defaults": {"cf_kind": "x"}});
    let said = site.open(&settings).check().await.unwrap().who;
    assert!(
        said.starts_with("connected to Acme, 3 active agents; the ticket has no single-line field rs_utm_source,"),
        "{said}"
    );
    for part in ["landing is left out: cf_notes", "the contact has no field cf_kind", "no single-line field rs_call_id"]
    {
        assert!(said.contains(part), "{said}");
    }

    let site = Site::new().await;
    site.desk.add_field("calls", "rs_call_id", "Text");
    let session = site.open(&json!({}));
    assert_eq!(session.check().await.unwrap().who, "connected to Acme, 3 active agents");
    // It asks anew, so that who mends something sees it at once.
    site.desk.dismiss(site.agents[1]);
    site.desk.dismiss(site.senior);
    let said = session.check().await.unwrap().who;
    assert!(said.contains(&format!("the senior manager {} is no active agent", site.senior)), "{said}");
    assert!(said.contains(&format!("mapped, but no active agents: {}", site.agents[1])), "{said}");
}

#[tokio::test]
async fn check_says_who_is_of_another_department() {
    let site = Site::new().await;
    let elsewhere = fields(&json!({"associatedDepartmentIds": ["999"]}));
    site.desk.with(|_, store| store.change("agents", site.agents[0], elsewhere).is_some());
    let said = site.open(&json!({})).check().await.unwrap().who;
    assert!(said.contains(&format!("not in department 201: {}", site.agents[0])), "{said}");
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_has_its_place() {
    let site = Site::new().await;
    let place = |entry: ConnectionEntry| {
        let problems = zoho_desk::ZohoDesk.open(&entry, &memos()).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>().join(" ")
    };
    let with = |name: &str, value: &str| {
        let mut entry = site.entry(&json!({}));
        entry.credentials.insert(name.to_owned(), Credential { value: Secret::new(value), from: None });
        entry
    };
    assert_eq!(place(site.entry(&json!({}))), "");
    for name in ["client_id", "client_secret", "refresh_token", "org_id", "accounts_url"] {
        assert_eq!(place(with(name, "")), format!("credentials.{name}"));
    }
    assert_eq!(place(with("org_id", "acme")), "credentials.org_id");
    let mut zone = site.entry(&json!({}));
    zone.connection.timezone = "Mars/Base".to_owned();
    assert_eq!(place(zone), "timezone");
    let mut base = site.entry(&json!({}));
    base.connection.base_url = "desk.zoho.eu".to_owned();
    assert_eq!(place(base), "base_url");
    // Zoho's own hosts tell the accounts host.
    let mut known = with("accounts_url", "");
    known.connection.base_url = "https://desk.zoho.eu".to_owned();
    assert_eq!(place(known), "");
    let problems = zoho_desk::ZohoDesk.check_settings(&fields(&json!({"department": 1})), &[]);
    assert_eq!(problems.len(), 1);
}
