//! Whose account the credentials open, before anything is sent.

use std::collections::BTreeMap;

use backbone::sealed::Secret;
use backbone::store::{Accounts, ConnectionEntry, Credential};
use schemas::{Account, Connection, ConnectionStatus, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::site::{Site, connection, eventually};

impl Site {
    /// A person gives new credentials.
    async fn give(&self, token: &str, version: i64) {
        let credential = Credential { value: Secret::new(token), from: None };
        let connection = Connection { version, ..connection() };
        let entry = ConnectionEntry { connection, credentials: BTreeMap::from([("token".to_owned(), credential)]) };
        let account = Account { id: "acme".parse().unwrap(), name: "Acme".into() };
        let accounts = Accounts { accounts: vec![account], sources: vec![], connections: vec![entry] };
        self.backbone.directory.save(&accounts, Timestamp::now()).await.unwrap();
    }

    async fn connection(&self) -> Connection {
        self.backbone.directory.load().await.unwrap().connections[0].connection.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g2_credentials_of_another_account_send_nothing() {
    let site = Site::new().await;
    let stop = CancellationToken::new();
    let as_of = |account: &'static str| move |crm: &mut crate::crm::Crm| crm.account = Some(account.to_owned());
    let running = site.run_as(site.backbone.clone(), &stop, as_of("first"));
    site.ended("1").await;
    site.until_done(1).await;
    stop.cancel();
    running.await.unwrap().unwrap();

    site.give("of the other", 2).await;
    let stop = CancellationToken::new();
    let workers = [(), ()].map(|()| site.run_as(site.backbone.clone(), &stop, as_of("other")));
    site.ended("2").await;
    eventually(async || site.connection().await.status == ConnectionStatus::Broken).await;
    let reason = site.connection().await.reason;
    assert!(reason.contains("it was first and is other") && reason.contains("--accept-account"), "{reason}");
    assert_eq!(site.told.lock().unwrap().len(), 1, "nothing was sent to the other");

    // The right ones, and all goes on.
    stop.cancel();
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    site.give("renewed", 3).await;
    let stop = CancellationToken::new();
    let running = site.run_as(site.backbone.clone(), &stop, as_of("first"));
    site.until_done(2).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}
