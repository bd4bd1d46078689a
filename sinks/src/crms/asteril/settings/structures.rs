//! What this customer's Asteril calls its requests, their fields and its values. Nothing of it is public but orders: the
//! defaults are those of the README's tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connector::Problem;
use crate::kit::settings::problem;

/// What may stand for a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Of a field that is always sent.
    Name,
    /// Of a field that the CRM may lack: empty, it is neither sent nor looked at.
    Optional,
    /// Part of an address.
    Path,
    /// What stands in a field.
    Value,
}

macro_rules! names {
    ($($(#[$doc:meta])* $group:ident { $($(#[$about:meta])* $field:ident: $kind:ident = $default:literal,)* })*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $group {
            $($(#[$about])* pub $field: String,)*
        }
        impl Default for $group {
            fn default() -> Self {
                Self { $($field: $default.to_owned(),)* }
            }
        }
        impl $group {
            fn each(&self) -> Vec<(&'static str, Kind, &str)> {
                vec![$((stringify!($field), Kind::$kind, self.$field.as_str()),)*]
            }
        }
    )* };
}

names! {
    /// Clients.
    Clients {
        /// The path of their list, and its key in the answer.
        list: Path = "clients",
        /// The path of one.
        item: Path = "client",
        /// What a client is called.
        name: Name = "name",
        /// The number, and the filter of the list.
        phone: Name = "phone",
    }
    /// Calls.
    Calls {
        /// The path of their list, and its key in the answer.
        list: Path = "calls",
        /// The path of one.
        item: Path = "call",
        /// Our id of the call, and the filter of the list. Without such a field a call is found by number and time.
        external_id: Optional = "external_id",
        /// Which way it went.
        direction: Name = "direction",
        /// The value for a call of the client.
        incoming: Value = "incoming",
        /// The value for a call to the client.
        outgoing: Value = "outgoing",
        /// How it ended.
        status: Name = "status",
        /// The value for a talk.
        answered: Value = "answered",
        /// The value for none.
        missed: Value = "missed",
        /// The client.
        client: Name = "client_id",
        /// The client's number, and a filter of the list.
        phone: Name = "phone",
        /// The company's number.
        line: Optional = "line",
        /// Who talked, as the PBX names them.
        manager: Optional = "manager_phone",
        /// When it began.
        start_time: Name = "start_time",
        /// Seconds of talk.
        duration: Optional = "duration",
        /// Where the recording is.
        record_url: Name = "record_url",
    }
    /// Tasks.
    Tasks {
        /// The path of their list, and its key in the answer.
        list: Path = "tasks",
        /// The path of one.
        item: Path = "task",
        /// The title.
        title: Name = "title",
        /// Free text, with our mark at its end. Without such a field the mark ends the title.
        description: Optional = "description",
        /// The client, and the filter of the list.
        client: Name = "client_id",
        /// The responsible user.
        responsible: Name = "responsible_id",
        /// Until when it is to be done.
        due: Optional = "due_date",
        /// Whether it is done. Without such a field a task stays as it was made.
        status: Optional = "status",
        /// The value of one that is done.
        done: Value = "done",
    }
    /// Users of the CRM.
    Users {
        /// The path of their list, and its key in the answer.
        list: Path = "users",
    }
}

/// Every request that Ringfold sends, and what it reads and writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Structures {
    /// The path of the API, with its version.
    pub api: String,
    /// Clients.
    pub clients: Clients,
    /// Calls.
    pub calls: Calls,
    /// Tasks.
    pub tasks: Tasks,
    /// Users.
    pub users: Users,
}

impl Default for Structures {
    fn default() -> Self {
        Self {
            api: "api/v3.1".to_owned(),
            clients: Clients::default(),
            calls: Calls::default(),
            tasks: Tasks::default(),
            users: Users::default(),
        }
    }
}

impl Structures {
    /// Everything wrong with the names.
    pub fn problems(&self) -> Vec<Problem> {
        let groups = [
            ("clients", self.clients.each()),
            ("calls", self.calls.each()),
            ("tasks", self.tasks.each()),
            ("users", self.users.each()),
        ];
        let api = wrong(Kind::Path, &self.api).map(|message| problem(&["settings", "structures", "api"], message));
        let names = groups.into_iter().flat_map(|(group, names)| {
            let one = move |(field, kind, name): (&str, Kind, &str)| {
                wrong(kind, name).map(|message| problem(&["settings", "structures", group, field], message))
            };
            names.into_iter().filter_map(one).collect::<Vec<_>>()
        });
        api.into_iter().chain(names).collect()
    }
}

/// What is wrong with a name.
fn wrong(kind: Kind, name: &str) -> Option<&'static str> {
    let letters = |more: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let fits = match kind {
        Kind::Optional if name.is_empty() => true,
        Kind::Name | Kind::Optional => begins && letters("_.-"),
        Kind::Path => begins && letters("_.-/") && !name.ends_with('/') && !name.contains(".."),
        Kind::Value => !name.trim().is_empty(),
    };
    let why = match kind {
        Kind::Value => "give the value that the CRM has for it, at most 100 characters",
        Kind::Path => "use 1 to 100 Latin letters, digits, '_', '.', '-' and '/' between them, and begin with a letter",
        Kind::Name | Kind::Optional => "use 1 to 100 Latin letters, digits, '_', '.', '-', and begin with a letter",
    };
    (!fits || name.chars().count() > 100).then_some(why)
}
