//! Ways to be let in.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::*;

const SIGN_IN: &str = "/auth/v1/auth/app_sign_in";

#[tokio::test]
async fn check_says_as_whom_and_which_given_users_are_missing() {
    let (crm, user) = space(|_| ()).await;
    let left = crm.add_user("Борис");
    crm.dismiss(left);
    for (credentials, who) in [(TOKEN, "Іван"), (APP, "Іван")] {
        let said = open_as(&crm, user, &json!({}), credentials).check().await.unwrap().who;
        assert_eq!(said, format!("connected as {who}, 1 users"));
    }
    let url = format!("{}/company/v1/incoming_webhooks/run/WebhookKey0123456789", crm.base_url());
    let webhook = open_as(&crm, user, &json!({}), &[("token", &url)]);
    assert_eq!(webhook.check().await.unwrap().who, "connected as an app, 1 users");
    let settings = json!({"default_responsible": left, "missed_call_responsible": 999});
    let said = open(&crm, user, &settings).check().await.unwrap().who;
    assert_eq!(said, format!("connected as Іван, 1 users; not among them: {left}, 999"));
}

#[tokio::test]
async fn f6_what_is_not_taken_is_a_dead_token() {
    let (crm, user) = space(|_| ()).await;
    let url = format!("{}/company/v1/incoming_webhooks/run/guess", crm.base_url());
    let wrong: [&[(&str, &str)]; 3] =
        [&[("token", "guess")], &[("token", &url)], &[("client_id", "app-4711"), ("client_secret", "guess-guess")]];
    for credentials in wrong {
        let session = open_as(&crm, user, &json!({}), credentials);
        let failure = session.check().await.unwrap_err();
        assert_eq!(failure.kind(), "token_dead", "{credentials:?}: {failure}");
        assert!(!failure.to_string().contains("guess-guess"), "{failure}");
    }
    let session = open(&crm, user, &json!({}));
    session.check().await.unwrap();
    crm.faults().login_page_next(1);
    assert_eq!(session.check().await.unwrap_err().kind(), "token_dead");
}

#[tokio::test]
async fn an_app_signs_in_once_for_all_and_again_when_its_token_is_over() {
    let (crm, user) = space(|traps| traps.expires_with_s = true).await;
    let session = open_as(&crm, user, &json!({}), APP);
    let mut known = Known::default();
    let lead = first_put(session.as_ref(), &call("incoming", "answered"), &mut known).await;
    for round in 1..=3 {
        let puts = vec![lead.clone(); 8];
        let made = join_all(puts.iter().map(|put| session.make(put))).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        assert_eq!(crm.requests("POST", SIGN_IN), round, "one sign-in for all");
        crm.expire_tokens();
    }
    assert_eq!(crm.live("leads").len(), 24, "each was made once");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let crm = started(UspacyOptions { token_seconds: 1, ..UspacyOptions::default() }).await;
    let user = crm.add_user("Іван");
    let session = open_as(&crm, user, &json!({}), APP);
    let query = json!({"find": "lead", "id": "7"});
    let look = Look { name: "lead".to_owned(), query, why: String::new() };
    let (began, mut asked) = (Instant::now(), 0);
    while crm.requests("POST", SIGN_IN) < 3 {
        assert!(began.elapsed() < Duration::from_secs(30), "it is never renewed");
        session.look(&look).await.unwrap();
        asked += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(crm.requests("GET", "/crm/v1/entities/leads/7"), asked, "none was answered with 401 and repeated");
}

#[tokio::test]
async fn tokens_that_never_live_make_no_endless_round() {
    let crm = started(UspacyOptions { token_seconds: 0, ..UspacyOptions::default() }).await;
    let user = crm.add_user("Іван");
    let session = open_as(&crm, user, &json!({}), APP);
    assert_eq!(session.check().await.unwrap_err().kind(), "token_dead");
    assert_eq!(crm.requests("POST", SIGN_IN), 2);
}

#[tokio::test]
async fn credentials_taken_away_in_between_are_dead_and_nothing_is_made() {
    for credentials in [TOKEN, APP] {
        let (crm, user) = space(|_| ()).await;
        let session = open_as(&crm, user, &json!({}), credentials);
        let mut known = Known::default();
        let lead = first_put(session.as_ref(), &call("incoming", "answered"), &mut known).await;
        crm.refuse_credentials();
        assert_eq!(session.make(&lead).await.unwrap_err().kind(), "token_dead");
        assert_eq!(crm.live("leads").len(), 0);
    }
}

#[tokio::test]
async fn a_sign_in_that_takes_all_the_time_sends_nothing() {
    let (crm, user) = space(|_| ()).await;
    crm.faults().set_login_delay(Duration::from_secs(5));
    let session = open_as(&crm, user, &json!({"request_timeout": "1s"}), APP);
    let (looks, began) = ([users(), users(), users()], Instant::now());
    let found = join_all(looks.iter().map(|look| session.look(look))).await;
    assert!(found.iter().all(|found| found.as_ref().is_err_and(|why| why.kind() == "unavailable")), "{found:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "each is done by its own deadline");
    assert_eq!(crm.requests("GET", "/"), 0);
}

#[tokio::test]
async fn a_webhook_does_all_that_a_call_calls_for() {
    let (crm, user) = space(|_| ()).await;
    let url = format!("{}/company/v1/incoming_webhooks/run/WebhookKey0123456789/", crm.base_url());
    let session = open_as(&crm, user, &json!({}), &[("token", &url)]);
    deliver(session.as_ref(), &call("incoming", "missed"), &mut Known::default()).await.unwrap();
    assert_eq!((crm.live("leads").len(), crm.live("calls").len(), crm.live("activities").len()), (1, 1, 1));
}

#[test]
fn what_is_wrong_with_a_connection_has_its_place_and_its_words() {
    let problem = |entry: ConnectionEntry| {
        let problems = uspacy::Uspacy.open(&entry, &memos()).err().unwrap_or_default();
        let lines = problems.iter().map(|problem| format!("{}: {}", problem.path.join("."), problem.message));
        lines.collect::<Vec<_>>().join("\n")
    };
    let space = "https://acme.uspacy.ua";
    let with = |credentials: &[(&str, &str)]| problem(entry(space, 17, &json!({}), credentials));
    assert_eq!(with(TOKEN), "");
    assert_eq!(with(APP), "");
    assert_eq!(with(&[("token", "https://acme.uspacy.ua/company/v1/incoming_webhooks/run/aB3-_")]), "");
    for (credentials, said) in [
        (&[][..], "credentials.token: Uspacy needs a token, or the client_id and client_secret of an app"),
        (&[("token", " ")], "credentials.token: Uspacy needs a token, or"),
        (&[("token", "x"), ("client_id", "y")], "credentials.token: give either a token or"),
        (&[("token", "x"), ("client_id", "y"), ("client_secret", "z")], "credentials.token: give either a token or"),
        (&[("client_id", "y")], "credentials.client_secret: an app needs its client_secret, too"),
        (&[("client_secret", "z")], "credentials.client_id: an app needs its client_id, too"),
        (&[("token", "Bearer x")], "credentials.token: give the token alone"),
        (&[("token", "https://x/company/v1/incoming_webhooks/run/a/b?c")], "credentials.token: give the webhook's URL"),
    ] {
        assert!(with(credentials).starts_with(said), "{credentials:?}: {}", with(credentials));
    }
    let webhook = "https://acme.uspacy.ua/company/v1/incoming_webhooks/run/key-of-it";
    let said = problem(entry(webhook, 17, &json!({}), TOKEN));
    assert!(said.starts_with("base_url: the key of an incoming webhook is a secret") && !said.contains("key-of-it"));
    assert!(problem(entry("acme.uspacy.ua", 17, &json!({}), TOKEN)).starts_with("base_url: "));
    let mut zone = entry(space, 17, &json!({}), TOKEN);
    zone.connection.timezone = "Mars/Base".to_owned();
    assert!(problem(zone).starts_with("timezone: "));
}
