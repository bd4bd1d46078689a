//! `ringfold simulate ringostat`: a whole test call, sent to a hook as Ringostat would send it.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use schemas::Timestamp;
use simulators::ringostat::{Call, Employee, Kind, Names, Naming, Scenario, Sending, Style};

use super::pbx::{self, HookArgs, number};
use crate::cli::Globals;
use crate::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  ringfold simulate ringostat answered --to http://127.0.0.1:8080/hooks/SECRET
  ringfold simulate ringostat transfer --to http://127.0.0.1:8080/hooks/SECRET --sip acme_ivan --sip acme_olena
  ringfold simulate ringostat missed --to http://127.0.0.1:8080/hooks/SECRET --layout form --no-event";

/// How webhooks are set up.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Layout {
    /// POST of JSON
    Json,
    /// POST of JSON with most values in `additional_call_data`
    Nested,
    /// POST of a form
    Form,
    /// GET
    Query,
}

/// What `simulate ringostat` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RingostatArgs {
    /// What happens in the call, or on its way
    #[arg(value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    scenario: String,
    #[command(flatten)]
    hook: HookArgs,
    /// The client's number
    #[arg(long, value_name = "NUMBER", default_value = "380671112233", value_parser = number)]
    from: String,
    /// The company's number
    #[arg(long, value_name = "NUMBER", default_value = "380441112233", value_parser = number)]
    line: String,
    /// An employee's SIP account; give several for forwarding and transfers
    #[arg(long, value_name = "NAME", default_values = ["acme_ivan", "acme_olena"])]
    sip: Vec<String>,
    /// The employees' extensions, in the same order
    #[arg(long, value_name = "N", default_values = ["101", "102"], value_parser = number)]
    extension: Vec<String>,
    /// The employees' ids (staffId), in the same order
    #[arg(long, value_name = "ID", default_values = ["501", "502"])]
    staff: Vec<String>,
    /// The call's uniqueid; a new one unless given
    #[arg(long, value_name = "ID")]
    call_id: Option<String>,
    /// How the webhooks are sent
    #[arg(long, value_enum, default_value_t = Layout::Json)]
    layout: Layout,
    /// Fields by the names of the classic webhooks
    #[arg(long)]
    classic: bool,
    /// No event is named in the address: the fields tell it
    #[arg(long)]
    no_event: bool,
    /// The project's time zone
    #[arg(long, value_name = "ZONE", default_value = "Europe/Kyiv", value_parser = zone)]
    timezone: TimeZone,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "write an IANA name, such as Europe/Kyiv".to_owned())
}

impl RingostatArgs {
    fn employees(&self) -> Vec<Employee> {
        let names = self.sip.iter().enumerate();
        let nth = |of: &[String], n: usize| of.get(n).cloned().unwrap_or_default();
        let employee = |(n, sip): (usize, &String)| Employee {
            extension: nth(&self.extension, n),
            sip: sip.clone(),
            phone: String::new(),
            staff_id: nth(&self.staff, n),
            fio: sip.clone(),
        };
        names.map(employee).collect()
    }

    fn style(&self) -> Style {
        Style {
            sending: match self.layout {
                Layout::Json => Sending::Json,
                Layout::Nested => Sending::Nested,
                Layout::Form => Sending::Form,
                Layout::Query => Sending::Query,
            },
            names: if self.classic { Names::Classic } else { Names::Documented },
            naming: if self.no_event { Naming::Nowhere } else { Naming::Address },
            ..Style::default()
        }
    }
}

/// Sends the call, and says what the hook answered.
pub async fn run(args: RingostatArgs, globals: &Globals) -> Result<(), Exit> {
    let Some(kind) = Kind::from_name(&args.scenario) else {
        return Err(Exit::usage(format!("there is no scenario {:?}", args.scenario)));
    };
    let began = Timestamp::now();
    let call = Call {
        call_id: args.call_id.clone().unwrap_or_else(|| format!("ua1-{}.1", began.as_millisecond())),
        client: args.from.clone(),
        line: args.line.clone(),
        employees: args.employees(),
        began,
        zone: args.timezone.clone(),
        style: args.style(),
    };
    pbx::send(&Scenario::build(kind, &call), &args.hook, globals).await
}
