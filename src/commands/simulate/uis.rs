//! `ringfold simulate uis`: a whole test call, sent to a hook as UIS would send it.

use clap::Args;
use clap::builder::PossibleValuesParser;
use schemas::Timestamp;
use simulators::uis::{Call, Kind, Scenario, Style};

use super::pbx::{self, HookArgs, number};
use crate::cli::Globals;
use crate::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  ringfold simulate uis answered --to http://127.0.0.1:8080/hooks/SECRET
  ringfold simulate uis ring-group --to http://127.0.0.1:8080/hooks/SECRET --extension 101 --extension 102 --speed 100";

/// What `simulate uis` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct UisArgs {
    /// What happens in the call, or on its way
    #[arg(value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    scenario: String,
    #[command(flatten)]
    hook: HookArgs,
    /// The client's number
    #[arg(long, value_name = "NUMBER", default_value = "79161112233", value_parser = number)]
    from: String,
    /// The company's number that is called
    #[arg(long, value_name = "NUMBER", default_value = "74951112233", value_parser = number)]
    line: String,
    /// An employee's extension; give several for ring groups and transfers
    #[arg(long, value_name = "N", default_values = ["101", "102", "103"], value_parser = number)]
    extension: Vec<String>,
    /// The session id, digits; a new one unless given
    #[arg(long, value_name = "ID", value_parser = number)]
    call_id: Option<String>,
}

/// Sends the call, and says what the hook answered.
pub async fn run(args: UisArgs, globals: &Globals) -> Result<(), Exit> {
    let Some(kind) = Kind::from_name(&args.scenario) else {
        return Err(Exit::usage(format!("there is no scenario {:?}", args.scenario)));
    };
    let call = Call {
        call_id: args.call_id.unwrap_or_else(|| Timestamp::now().as_millisecond().to_string()),
        client: args.from,
        line: args.line,
        extensions: args.extension,
        style: Style::default(),
    };
    pbx::send(&Scenario::build(kind, &call), &args.hook, globals).await
}
