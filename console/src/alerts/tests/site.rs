//! An embedded backbone with one connection and one source, and processes that look at it.

use std::sync::Arc;
use std::time::Duration;

use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::ledger::{Limit, Rank, Release, Wanted};
use backbone::sealed::Secret;
use backbone::store::{Accounts, ConnectionEntry, SourceEntry};
use schemas::{Account, Clock, ConnectionStatus, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::at;
use super::receiver::Receiver;
use crate::alerts::{Alerts, Look};
use crate::api::tests::world;
use crate::wire::{AlertKind, AlertState};

/// One connection, one source.
pub struct Site {
    pub backbone: Backbone,
    pub receiver: Receiver,
    _embedded: Embedded,
    _dir: tempfile::TempDir,
}

/// A process that looks.
pub struct Process(Alerts, Look, pub Uuid);

impl Site {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let backbone = embedded.backbone();
        let connection = serde_json::from_value(json!({
            "id": "crm", "account": "acme", "kind": "rbs-crm", "sources": ["acme-uis"], "timezone": "UTC", "base_url": "",
            "status": "active", "reason": "", "settings": Map::<String, Value>::new(), "employees": [], "created_at": at(0), "version": 1,
        }))
        .unwrap();
        let source = serde_json::from_value(json!({
            "id": "acme-uis", "account": "acme", "kind": "uis", "region": "RU", "timezone": "UTC",
            "talk_without_end": "60s", "ring_without_end": "60s", "backfill_every": "0",
        }))
        .unwrap();
        let accounts = Accounts {
            accounts: vec![Account { id: "acme".parse().unwrap(), name: "Acme".into() }],
            sources: vec![SourceEntry { source, secret: Secret::new("0123456789abcdef"), credentials: [].into() }],
            connections: vec![ConnectionEntry { connection, credentials: [].into() }],
        };
        backbone.directory.save(&accounts, at(0)).await.unwrap();
        Self { backbone, receiver: Receiver::start().await, _embedded: embedded, _dir: dir }
    }

    pub fn process(&self) -> Process {
        let alerts = Alerts {
            backbone: self.backbone.clone(),
            clock: Arc::new(Clock::default()),
            webhook: Some(self.receiver.webhook()),
            public_url: "https://ringfold.example".into(),
            spooled: None,
        };
        Process(alerts, Look::default(), Uuid::now_v7())
    }

    async fn set(&self, from: ConnectionStatus, to: ConnectionStatus, reason: &str) {
        let id = "crm".parse().unwrap();
        assert!(self.backbone.directory.set_status(&id, Some(from), to, reason, at(0)).await.unwrap());
    }

    pub async fn break_it(&self) {
        self.set(ConnectionStatus::Active, ConnectionStatus::Broken, "the token of 79165554433 was refused").await;
    }

    pub async fn mend_it(&self) {
        self.set(ConnectionStatus::Broken, ConnectionStatus::Active, "").await;
    }

    /// A delivery that is dead; by its number.
    pub async fn kill(&self, number: u32) {
        let call = world::call(&number.to_string(), "79165554433", 0);
        let wanted = Wanted {
            connection: "crm".parse().unwrap(),
            kind: "rbs-crm".into(),
            call: call.id.clone(),
            lane: call.lane(),
            revision: 1,
            body: serde_json::to_vec(&call).unwrap(),
            rank: Rank::Live,
        };
        self.backbone.ledger.want(&[wanted], at(0)).await.unwrap();
        let limits = vec![Limit { connection: "crm".parse().unwrap(), places: 9, ahead: 0, reserve: 0 }];
        let claims = self.backbone.ledger.claim(&limits, at(0), Duration::from_mins(1), 9).await.unwrap();
        assert_eq!(claims.len(), 1);
        let dead = Release::Dead { note: "refused".into() };
        self.backbone.ledger.release(&claims[0], dead.into(), at(0)).await.unwrap();
    }

    /// What the receiver was told, in order.
    pub fn told(&self) -> Vec<(AlertKind, AlertState)> {
        self.receiver.heard().iter().map(|message| (message.alert.kind, message.alert.state)).collect()
    }
}

impl Process {
    pub async fn look(&mut self, now: i64) {
        self.look_at(at(now)).await;
    }

    pub async fn look_at(&mut self, now: Timestamp) {
        self.0.turn(&mut self.1, self.2, now).await.unwrap();
    }
}
