//! One file a command. Each takes what was typed, asks whom it must, and prints; what a role does is in its own crate.

pub mod accounts;
pub mod alerts;
pub mod audit;
pub mod calls;
pub mod completions;
pub mod config;
pub mod connections;
pub mod deliveries;
pub mod healthcheck;
pub mod rebuild;
pub mod rejected;
pub mod replay;
pub mod schemas;
pub mod simulate;
pub mod sources;

use crate::cli::{Cli, Command, Globals};
use crate::config::{Config, Flags};
use crate::exit::Exit;
use crate::{demo, roles};

/// Runs what was typed.
pub async fn run(cli: Cli) -> Result<(), Exit> {
    let globals = cli.globals;
    match cli.command {
        Command::Up(args) => {
            let config = load(&globals, args.flags())?;
            roles::up::run(args, config).await
        }
        Command::Ingest(args) => roles::ingest::run(load(&globals, args.place.flags())?).await,
        Command::Process(args) => roles::process::run(load(&globals, args.place.flags())?).await,
        Command::Sink(args) => {
            let config = load(&globals, args.place.flags())?;
            roles::sink::run(args, config).await
        }
        Command::Console(args) => roles::console::run(load(&globals, args.place.flags())?).await,
        Command::Demo(args) => {
            let config = load(&globals, args.flags())?;
            demo::run(args, config).await
        }
        Command::Accounts(args) => accounts::run(args, &globals).await,
        Command::Connections(args) => connections::run(args, &globals).await,
        Command::Sources(args) => sources::run(args, &globals).await,
        Command::Deliveries(args) => deliveries::run(args, &globals).await,
        Command::Calls(args) => calls::run(args, &globals).await,
        Command::Rejected(args) => rejected::run(args, &globals).await,
        Command::Alerts(args) => alerts::run(args, &globals).await,
        Command::Audit(args) => audit::run(args, &globals).await,
        Command::Rebuild(args) => rebuild::run(args, &globals).await,
        Command::Replay(args) => replay::run(args, &globals).await,
        Command::Simulate(args) => simulate::run(args, &globals).await,
        Command::Schemas(args) => schemas::run(&args, &globals),
        Command::Config(args) => config::run(&args, &globals),
        Command::Healthcheck(args) => healthcheck::run(args).await,
        Command::Completions(args) => completions::run(&args),
    }
}

/// The configuration of this process.
fn load(globals: &Globals, flags: Flags) -> Result<Config, Exit> {
    Config::load(globals.config.as_deref(), std::env::vars_os(), flags)
}
