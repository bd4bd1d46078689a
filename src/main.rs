//! The `ringfold` command: reads what was asked, runs it, and ends with a status that scripts can act on.

mod ask;
mod cli;
mod client;
mod commands;
mod config;
mod demo;
mod exit;
mod log;
mod output;
mod problem;
mod process;
mod roles;
mod serve;
mod times;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::exit::Exit;

/// Also what librdkafka and SQLite take. Records are of a few kilobytes and live for different times: of a processor's time on
/// a core glibc's allocator took a quarter.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(),
    }
}

fn run(cli: Cli) -> Result<(), Exit> {
    cli.globals.color.apply();
    log::init(cli.command.is_role(), cli.globals.verbose)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(commands::run(cli))
}
