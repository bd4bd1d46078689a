//! The simulated CRMs of the demo: what each knows from the beginning, its connection, what it must hold in the end, and what it
//! holds. A new one is a file here and a line in [`start`].

mod asteril;
mod rbs_crm;
mod sitniks;
mod uspacy;
mod zoho_desk;

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;

use super::compare::{Due, Is};
use super::facts::Fact;
use crate::exit::Exit;

/// One of them, running.
pub trait Crm: Send + Sync {
    /// The word in the accounts file.
    fn kind(&self) -> &'static str;

    /// The lines of its connection that are its own: time zone, address, credentials, settings.
    fn accounts(&self) -> String;

    /// The CRM's users behind the employees, in their order.
    fn users(&self) -> Vec<String>;

    /// Its kinds of records, in the order they are shown.
    fn records(&self) -> &'static [&'static str];

    /// What it must hold.
    fn due(&self, facts: &[Fact]) -> Vec<Due>;

    /// What it holds.
    fn held(&self) -> Vec<Is>;

    /// Live notices it has shown since the last time, in words.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    /// Ends it.
    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// What a CRM holds, as it is collected.
#[derive(Default)]
struct Held(Vec<Is>);

impl Held {
    fn add<const N: usize>(
        &mut self,
        record: &'static str,
        key: impl Into<String>,
        id: u64,
        fields: [(&'static str, String); N],
    ) {
        self.0.push(Is { record, key: key.into(), id, fields: fields.into() });
    }
}

/// Starts every CRM, each on a free port.
pub async fn start() -> Result<Vec<Box<dyn Crm>>, Exit> {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let failed = |why| Exit::failed(format!("a simulated CRM cannot listen on {free}: {why}"));
    Ok(vec![
        Box::new(uspacy::Demo::start(free).await.map_err(failed)?),
        Box::new(sitniks::Demo::start(free).await.map_err(failed)?),
        Box::new(asteril::Demo::start(free).await.map_err(failed)?),
        Box::new(rbs_crm::Demo::start(free).await.map_err(failed)?),
        Box::new(zoho_desk::Demo::start(free).await.map_err(failed)?),
    ])
}
