//! Alerts, as a part of a process with a console.

use std::sync::Arc;

use console::alerts::{Alerts, Spooled, Webhook};
use schemas::Clock;

use super::ground::Ground;
use super::retry::refused;
use super::work::Work;
use crate::config::Config;
use crate::exit::Exit;

/// Begins to look.
pub fn start(config: &Config, ground: &Ground, clock: &Arc<Clock>, url: &str, work: &mut Work) -> Result<(), Exit> {
    let webhook = config.alerts.webhook.as_ref();
    let webhook =
        webhook.map(|url| Webhook::new(url.expose(), config.alerts.token.clone())).transpose().map_err(refused)?;
    let spool = ground.spool_metrics(clock);
    let spooled: Option<Spooled> = spool.map(|spool| Arc::new(move || spool.oldest()) as Spooled);
    let (backbone, clock, public_url, stop) = (ground.backbone.clone(), Arc::clone(clock), url.to_owned(), work.stop());
    work.run("the alerts", move || {
        let (backbone, clock, webhook) = (backbone.clone(), Arc::clone(&clock), webhook.clone());
        let (public_url, spooled) = (public_url.clone(), spooled.clone());
        Alerts { backbone, clock, webhook, public_url, spooled }.run(stop.clone())
    });
    Ok(())
}
