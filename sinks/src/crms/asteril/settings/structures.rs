//! What this customer's Asteril calls its requests, their fields and its values. Nothing of it is public but orders: the
//! defaults are those of the README's tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kit::names::{Name, Optional, Path, Preset, Word, names};

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
        incoming: Word = "incoming",
        /// The value for a call to the client.
        outgoing: Word = "outgoing",
        /// How it ended.
        status: Name = "status",
        /// The value for a talk.
        answered: Word = "answered",
        /// The value for none.
        missed: Word = "missed",
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
        done: Word = "done",
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
    pub api: Path,
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
            api: Path::of("api/v3.1"),
            clients: Clients::default(),
            calls: Calls::default(),
            tasks: Tasks::default(),
            users: Users::default(),
        }
    }
}
