//! `ringfold completions`: what a shell needs to complete the command.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  ringfold completions bash > /etc/bash_completion.d/ringfold
  ringfold completions fish > ~/.config/fish/completions/ringfold.fish";

/// What `completions` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Writes the script to stdout.
pub fn run(args: &CompletionsArgs) -> Result<(), Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ringfold", &mut script);
    output::data(&String::from_utf8_lossy(&script))
}
