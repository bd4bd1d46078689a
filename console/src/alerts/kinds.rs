//! What each kind of alert means: how long it must be so, how long it must be over, and what to do about it.

use std::time::Duration;

use crate::wire::AlertKind;

/// How long it must have been so before it is raised.
pub const fn raise_after(kind: AlertKind) -> Duration {
    match kind {
        AlertKind::CrmUnavailable | AlertKind::SpoolInUse => Duration::from_mins(5),
        // The others are looked for only when they have lasted.
        _ => Duration::ZERO,
    }
}

/// How long it must be over before it is cleared: what comes back within this was never gone (F17).
pub const fn clear_after(kind: AlertKind) -> Duration {
    match kind {
        AlertKind::ConnectionBroken | AlertKind::SourceSilent => Duration::from_mins(1),
        AlertKind::CrmUnavailable | AlertKind::DeliveriesLate | AlertKind::SpoolInUse => Duration::from_mins(5),
        // These tell of what has happened: they end when no more of it does.
        AlertKind::DeliveriesDead | AlertKind::BodiesRejected => Duration::from_hours(1),
    }
}

/// What to do.
pub fn todo(kind: AlertKind, subject: &str) -> String {
    match kind {
        AlertKind::ConnectionBroken => {
            format!(
                "give the connection new credentials (`ringfold connections set-credentials {subject}`), then start it again (`ringfold connections reactivate {subject}`, with --resend or without); its deliveries wait"
            )
        }
        AlertKind::CrmUnavailable => {
            format!(
                "see whether the CRM works; `ringfold connections check {subject}` asks it, and what waits is sent when it answers again"
            )
        }
        AlertKind::DeliveriesLate => {
            format!(
                "see `ringfold deliveries list --connection {subject} --status pending` for what they wait for, and that a sink of this kind runs; a CRM's limit or a replay explains it too"
            )
        }
        AlertKind::DeliveriesDead => {
            format!(
                "see `ringfold deliveries list --connection {subject} --status dead` for the reasons, put them right, then `ringfold deliveries retry`"
            )
        }
        AlertKind::SourceSilent => {
            format!(
                "see in the PBX whether its webhooks are still set up (`ringfold sources templates {subject}` says how) and reach this server"
            )
        }
        AlertKind::BodiesRejected => {
            format!(
                "see `ringfold rejected list --source {subject}` for the reasons; mostly a template in the PBX was changed"
            )
        }
        AlertKind::SpoolInUse => {
            "see why the log cannot be written to; events are kept on the disk of the ingest meanwhile".to_owned()
        }
    }
}
