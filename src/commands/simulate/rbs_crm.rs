//! `ringfold simulate rbs-crm`: a CRM on this machine, with three employees and one client, that shows what it gets.

use std::net::SocketAddr;

use clap::Args;
use simulators::rbs::{Change, RbsCrm, RbsOptions, Row, Table};
use tokio::sync::broadcast::error::RecvError;

use crate::exit::Exit;
use crate::roles::Stop;
use crate::{config, output};

const EXAMPLES: &str = "\
Examples:
  ringfold simulate rbs-crm
  ringfold simulate rbs-crm --listen 127.0.0.1:9000";

/// What `simulate rbs-crm` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RbsCrmArgs {
    /// Where its XML API is served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090", value_parser = config::listen)]
    listen: SocketAddr,
}

/// Shows every change until it is stopped.
pub async fn run(args: &RbsCrmArgs) -> Result<(), Exit> {
    let crm = RbsCrm::start(RbsOptions::default(), args.listen).await.map_err(|why| {
        Exit::failed(format!("cannot listen on {}: {why}; give --listen another address", args.listen))
    })?;
    let mut changes = crm.on_row();
    output::tell(&format!("an RBS CRM for tests: base_url {}, login api, password secret", crm.base_url()));
    let employees = [("Анна Смирнова", "101"), ("Борис Ковалёв", "102"), ("Вера Лебедева", "103")];
    let users = employees.map(|(name, extension)| {
        let id = crm.add_user(name, extension);
        output::tell(&format!("user {id}: {name}, extension {extension}"));
        id
    });
    let client = crm.add_company("ООО Ромашка", "phone", "8 (916) 555-44-33", Some(users[0]));
    let deal = crm.add_deal(client, 1, "2026-11-01 10:00:00", Some("Поставка"));
    output::tell(&format!("client {client}: ООО Ромашка, 8 (916) 555-44-33, of user {}, active deal {deal}", users[0]));
    let mut stop = Stop::listen()?;
    output::tell("every record that it gets follows; stop it with Ctrl-C");
    loop {
        tokio::select! {
            () = stop.asked() => return Ok(()),
            change = changes.recv() => match change {
                Ok(change) => output::data(&shown(change.change, &change.row))?,
                Err(RecvError::Lagged(missed)) => output::tell(&format!("{missed} changes were not shown")),
                Err(RecvError::Closed) => return Ok(()),
            },
        }
    }
}

fn shown(change: Change, row: &Row) -> String {
    let what = match change {
        Change::Added => "added",
        Change::Edited => "edited",
        Change::Wiped => "wiped",
    };
    let fields: Vec<String> = row.fields.iter().map(|(field, value)| format!("{field}={value:?}")).collect();
    format!("{what} {} {}: {}\n", Table::default_name(row.table), row.id, fields.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_row_is_shown_with_its_fields() {
        let crm = RbsCrm::start(RbsOptions::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
        crm.add_company("ООО Ромашка", "phone", "89165554433", None);
        let rows = crm.snapshot();
        let line = shown(Change::Added, &rows.rows(Table::Companies)[0]);
        assert!(line.starts_with("added references.companies ") && line.contains("phone=\"89165554433\""), "{line}");
    }
}
