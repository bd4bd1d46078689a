//! What can be typed: the commands, the flags they share, and help with examples. What a command takes stands with the
//! command.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::commands::{
    accounts, alerts, audit, calls, completions, config, connections, deliveries, healthcheck, rebuild, rejected,
    replay, schemas, simulate, sources,
};
use crate::demo::DemoArgs;
use crate::output::{Color, Format};
use crate::roles;

const AFTER: &str = "\
Exit status:
  0 done, 1 failed, 2 wrong usage, 3 partly failed, 4 not found, 5 not allowed, 6 not reachable, 78 wrong configuration

Examples:
  ringfold up --accounts accounts.toml
  ringfold sink rbs-crm --config ringfold.toml
  ringfold demo --calls 20";

/// Carries every phone call from cloud PBXs into CRMs, once.
#[derive(Debug, Parser)]
#[command(name = "ringfold", version, after_help = AFTER, max_term_width = 100, arg_required_else_help = true)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Flags of every command")]
pub struct Globals {
    /// How data is printed: table, json, ndjson or csv
    #[arg(short, long, global = true, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// When colour is used: auto, always or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", hide_possible_values = true)]
    pub color: Color,
    /// Log more, on stderr; twice for still more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Read the configuration of the process from this TOML file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Do not ask before what is bulk or cannot be undone
    #[arg(long, global = true)]
    pub yes: bool,
}

/// The commands, in the order of help: roles, what to ask a running one, tools.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in one process, with all data in one directory
    Up(roles::up::UpArgs),
    /// Run one role: take what PBXs say
    Ingest(roles::ingest::IngestArgs),
    /// Run one role: fold events into calls
    Process(roles::process::ProcessArgs),
    /// Run one role: deliver into one kind of CRM
    Sink(roles::sink::SinkArgs),
    /// Run one role: write the journal and answer the API
    Console(roles::console::ConsoleArgs),
    /// Run everything in a fresh directory with simulated PBXs and CRMs, and watch calls arrive
    Demo(DemoArgs),
    /// Write or read accounts, sources and connections
    Accounts(accounts::AccountsArgs),
    /// CRMs: how they fare, check, pause, resume
    Connections(connections::ConnectionsArgs),
    /// PBXs: webhook addresses and what to paste where
    Sources(sources::SourcesArgs),
    /// Calls on their way into CRMs, and what each made there
    Deliveries(deliveries::DeliveriesArgs),
    /// The journal of calls
    Calls(calls::CallsArgs),
    /// Bodies from PBXs that could not be read
    Rejected(rejected::RejectedArgs),
    /// What a person should look at: CRMs that do not answer, sources that are silent, dead deliveries
    Alerts(alerts::AlertsArgs),
    /// Whether the books balance: what was received, what is in calls, what was delivered
    Audit(audit::AuditArgs),
    /// Make calls again from what was said, and compare them with those that are there
    Rebuild(rebuild::RebuildArgs),
    /// Send calls again, minus what the CRMs hold already
    Replay(replay::ReplayArgs),
    /// Send a test call to a hook
    Simulate(simulate::SimulateArgs),
    /// JSON Schemas of what stands in the topics and of the settings of each CRM
    Schemas(schemas::SchemasArgs),
    /// The configuration in effect
    Config(config::ConfigArgs),
    /// Ask whether a process is alive
    Healthcheck(healthcheck::HealthcheckArgs),
    /// Completions for a shell
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Runs until it is stopped, and logs what it does. `demo` tells a story instead, and a log would run through it.
    pub fn is_role(&self) -> bool {
        matches!(self, Self::Up(_) | Self::Ingest(_) | Self::Process(_) | Self::Sink(_) | Self::Console(_))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_two_examples_of_itself() {
        fn check(command: &clap::Command, path: &str) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = help.lines().filter(|line| line.trim_start().starts_with(path)).count();
            assert!(help.contains("Examples:") && examples >= 2, "{path}: {help}");
            assert!(command.get_about().is_some(), "{path} has no about");
            for inner in command.get_subcommands() {
                check(inner, &format!("{path} {}", inner.get_name()));
            }
        }
        check(&Cli::command(), "ringfold");
    }

    /// As a shell would split them, quotes and all.
    fn words(typed: &str) -> Vec<String> {
        let parts = typed.split('"').enumerate();
        let words = parts.flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        words.collect()
    }

    #[test]
    fn every_example_can_be_typed() {
        fn check(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = help.lines().map(str::trim).filter(|line| line.starts_with("ringfold "));
            for example in examples {
                let typed = example.split(['|', '>']).next().unwrap_or_default();
                if let Err(error) = Cli::command().try_get_matches_from(words(typed)) {
                    panic!("{example}: {error}");
                }
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn flags_of_every_command_may_stand_anywhere() {
        for line in ["ringfold -o json calls list", "ringfold calls list -o json", "ringfold calls -o json list"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(cli.globals.output, Format::Json);
        }
        assert_eq!(Cli::try_parse_from(["ringfold", "calls", "list", "-o", "xml"]).unwrap_err().exit_code(), 2);
    }
}
