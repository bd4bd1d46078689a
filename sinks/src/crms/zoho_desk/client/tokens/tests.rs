use super::*;
use crate::kit::http::Answer;

fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
}

fn kind(status: u16, body: &str) -> &'static str {
    granted(answer(status, body), Timestamp::UNIX_EPOCH).map_or_else(|failure| failure.kind(), |_| "ok")
}

#[test]
fn every_data_centre_has_its_accounts_host() {
    for (desk, accounts) in [
        ("https://desk.zoho.com", "https://accounts.zoho.com"),
        ("https://desk.zoho.eu/", "https://accounts.zoho.eu"),
        ("https://desk.zoho.com.au", "https://accounts.zoho.com.au"),
        ("https://desk.zohocloud.ca/api/v1", "https://accounts.zohocloud.ca"),
    ] {
        assert_eq!(accounts_url(desk).as_deref(), Some(accounts));
    }
    assert_eq!(accounts_url("http://127.0.0.1:8080"), None);
}

#[test]
fn f6_an_error_is_a_dead_token_whatever_the_status() {
    for (status, error) in
        [(200, "invalid_code"), (400, "invalid_code"), (200, "invalid_client"), (400, "access_denied")]
    {
        assert_eq!(kind(status, &format!(r#"{{"error":"{error}"}}"#)), "token_dead", "{status} {error}");
    }
    let failure = granted(answer(200, r#"{"error":"invalid_code"}"#), Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(failure.to_string().contains("changed the password"), "{failure}");
    let failure = granted(answer(400, r#"{"error":"invalid_client"}"#), Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(failure.to_string().contains("another data centre"), "{failure}");
}

#[test]
fn f4_f5_an_accounts_host_that_is_away_or_busy_breaks_nothing() {
    let blocked = r#"{"error":"Access Denied","error_description":"You have made too many requests continuously."}"#;
    assert_eq!(kind(400, blocked), "quota");
    assert_eq!(kind(429, ""), "quota");
    assert_eq!(kind(500, "<html>"), "unavailable");
    assert_eq!(kind(503, ""), "unavailable");
    assert_eq!(kind(200, "{}"), "not_understood");
}

#[test]
fn no_error_shows_a_token() {
    let broken = r#"{"access_token":"1000.secret","expires_in":"#;
    let failure = granted(answer(200, broken), Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
}
