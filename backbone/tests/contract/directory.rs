//! The directory.

use backbone::Error;
use backbone::sealed::Secret;
use backbone::store::{Accounts, ConnectionEntry, Credential, SourceEntry};
use schemas::{Account, Connection, ConnectionStatus, Source, Span};

use crate::make::{Fresh, at};

const SECRET: &str = "plain-text-webhook-secret-1";
const PASSWORD: &str = "plain-text-password";

fn source(id: &str, secret: &str) -> SourceEntry {
    SourceEntry {
        source: Source {
            id: id.parse().unwrap(),
            account: "acme".parse().unwrap(),
            kind: "uis".into(),
            region: "RU".into(),
            timezone: "Europe/Moscow".into(),
            base_url: None,
            talk_without_end: Span::seconds(1800),
            ring_without_end: Span::seconds(300),
            virtual_number: None,
            notifications_report: None,
            backfill_every: Span::seconds(300),
            names: [("phone".into(), "caller".into())].into(),
        },
        secret: Secret::new(secret),
        credentials: [("api_key".into(), Credential { value: Secret::new("plain-text-key"), from: None })].into(),
    }
}

pub fn accounts() -> Accounts {
    let credential = Credential { value: Secret::new(PASSWORD), from: Some("env:PASSWORD".into()) };
    Accounts {
        accounts: vec![Account { id: "acme".parse().unwrap(), name: "Acme".into() }],
        sources: vec![source("acme-uis", SECRET)],
        connections: vec![ConnectionEntry {
            connection: Connection {
                id: "acme-rbs".parse().unwrap(),
                account: "acme".parse().unwrap(),
                kind: "rbs-crm".into(),
                sources: vec!["acme-uis".parse().unwrap()],
                timezone: "Europe/Moscow".into(),
                base_url: "https://crm.example".into(),
                status: ConnectionStatus::Active,
                reason: String::new(),
                settings: serde_json::Map::new(),
                employees: vec![],
                created_at: at(0),
                version: 1,
            },
            credentials: [("password".into(), credential)].into(),
        }],
    }
}

pub async fn what_is_saved_is_loaded(fresh: &Fresh) {
    let before = fresh.backbone.directory.version().await.unwrap();
    fresh.backbone.directory.save(&accounts(), at(0)).await.unwrap();
    assert!(fresh.backbone.directory.version().await.unwrap() > before);
    let directory = fresh.ground.reopen().await.directory;
    let loaded = directory.load().await.unwrap();
    assert_eq!(loaded.accounts, accounts().accounts);
    assert_eq!(loaded.sources[0].source, accounts().sources[0].source);
    assert_eq!(loaded.sources[0].secret.expose(), SECRET);
    assert_eq!(loaded.connections[0].connection, accounts().connections[0].connection);
    let password = &loaded.connections[0].credentials["password"];
    assert_eq!((password.value.expose(), password.from.as_deref()), (PASSWORD, Some("env:PASSWORD")));
}

pub async fn a_secret_finds_its_source(fresh: &Fresh) {
    let directory = &fresh.backbone.directory;
    directory.save(&accounts(), at(0)).await.unwrap();
    assert_eq!(directory.source_by_secret(SECRET).await.unwrap().unwrap().id.as_str(), "acme-uis");
    for wrong in ["", "plain-text-webhook-secret-", "plain-text-webhook-secret-12"] {
        assert!(directory.source_by_secret(wrong).await.unwrap().is_none());
    }
    // One secret for two sources would give one company's calls to another.
    let twice = Accounts { sources: vec![source("other", SECRET)], ..Accounts::default() };
    assert!(matches!(directory.save(&twice, at(0)).await, Err(Error::Invalid(_))));
    let changed = Accounts { sources: vec![source("acme-uis", "another-secret-12345")], ..Accounts::default() };
    directory.save(&changed, at(0)).await.unwrap();
    assert!(directory.source_by_secret(SECRET).await.unwrap().is_none());
}

pub async fn no_secret_is_in_the_clear(fresh: &Fresh) {
    fresh.backbone.directory.save(&accounts(), at(0)).await.unwrap();
    let bytes = fresh.ground.bytes().await;
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("acme-uis"), "the search itself works");
    for secret in [SECRET, PASSWORD, "plain-text-key"] {
        assert!(!holds(secret), "{secret}");
    }
}

pub async fn status_changes_count(fresh: &Fresh) {
    let directory = &fresh.backbone.directory;
    directory.save(&accounts(), at(0)).await.unwrap();
    let id = "acme-rbs".parse().unwrap();
    let (active, broken) = (ConnectionStatus::Active, ConnectionStatus::Broken);
    assert!(directory.set_status(&id, Some(active), broken, "the password was changed", at(1)).await.unwrap());
    assert!(!directory.set_status(&id, Some(active), broken, "again", at(1)).await.unwrap(), "only once");
    let connection = directory.load().await.unwrap().connections.remove(0).connection;
    assert_eq!((connection.status, connection.reason.as_str()), (broken, "the password was changed"));
    assert!(directory.set_status(&id, None, active, "", at(2)).await.unwrap());
}
