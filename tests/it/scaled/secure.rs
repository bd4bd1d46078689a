//! Everything between processes and servers encrypted, and every server's certificate checked.

use super::fleet::{Fleet, Role};
use super::one_each::{ROLES, delivered, ended, get, say};
use crate::harness::{CrmSetup, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_carried_over_tls_and_nobody_unknown_is_trusted() {
    let fleet = Fleet::prepare_secure(CrmSetup::default()).await;
    fleet.add(Role::Console).await;
    fleet.apply();
    for role in [Role::Ingest, Role::Process, Role::Sink] {
        fleet.add(role).await;
    }
    say(&fleet, "1").await;
    delivered(&fleet, "1").await;
    let sink = fleet.of(Role::Sink).remove(0);
    let ready = async || (get(&sink, "/readyz").await == (200, "ready".to_owned())).then_some(());
    eventually("the sink to have all three, the queue too", ready).await;
    // Each server is known by its authority alone.
    let other = fleet.one_more(Role::Process);
    let strange = "/etc/hostname";
    for (variable, value, word) in [
        ("RINGFOLD_BACKBONE__KAFKA__SSL_CA_LOCATION", strange, "ssl.ca.location"),
        ("RINGFOLD_BACKBONE__KAFKA__SASL_PASSWORD", "not the password", "does not take the credentials"),
    ] {
        let (status, said) = ended(&other, other.data(), Some((variable, value))).await;
        assert_eq!(status, Some(78), "{variable}: {said}");
        assert!(said.contains(word) && !said.contains("not the password"), "{said}");
    }
    for process in ROLES.map(|role| fleet.of(role).remove(0)) {
        assert!(!process.log().contains("kafka-password"), "{}", process.log());
    }
}
