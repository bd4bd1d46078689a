//! UIS: the four notifications of seed 003, section 3 (R1), as they stand there; and two more, of variables that UIS
//! documents, which tell of outgoing calls, and of every call's end and length. Both sets may be set up together.

use super::{Told, object, quoted};
use crate::wire::TemplateSet;

/// Where to set them up.
pub const HOW: &str = "\
    in the UIS account open «Уведомления» and press «Добавить уведомление» once for each template; choose its \
    event type, set it active, choose the way HTTP and the method POST, paste its URL and its body. Where \
    outgoing calls are wanted, set no condition on the direction";

struct Uis {
    name: &'static str,
    event_type: &'static str,
    set: TemplateSet,
    state: &'static str,
    /// The fields beyond those of every template, and their variables.
    more: &'static [(&'static str, &'static str)],
    why: &'static str,
    optional: bool,
}

/// Names and event types are as UIS shows them: in Russian.
const UIS: [Uis; 6] = [
    Uis {
        name: "Ringfold: входящий звонок",
        event_type: "Входящее плечо",
        set: TemplateSet::Basic,
        state: "RINGING",
        more: &[],
        why: "a call is known while it rings, with the employees it rings",
        optional: false,
    },
    Uis {
        name: "Ringfold: ответ на звонок",
        event_type: "Начало разговора",
        set: TemplateSet::Basic,
        state: "ANSWERED",
        more: &[],
        why: "a call is known to be answered, and by whom",
        optional: false,
    },
    Uis {
        name: "Ringfold: запись разговора",
        event_type: "Записанный разговор",
        set: TemplateSet::Basic,
        state: "HANGUP",
        more: &[("call_record_url", "file_link")],
        why: "the end of a recorded talk, and its recording",
        optional: false,
    },
    Uis {
        name: "Ringfold: пропущенный звонок",
        event_type: "Потерянный звонок",
        set: TemplateSet::Basic,
        state: "MISSED",
        more: &[],
        why: "a missed call is known at once; without it only after ring_without_end",
        optional: true,
    },
    Uis {
        name: "Ringfold: исходящий звонок",
        event_type: "Исходящий звонок",
        set: TemplateSet::Extended,
        state: "RINGING",
        more: &[
            ("employee_phone_number", "employee_phone_number"),
            ("employee_id", "employee_id"),
            ("start_time", "start_time"),
        ],
        why: "an outgoing call is known from its beginning, and who makes it",
        optional: true,
    },
    Uis {
        name: "Ringfold: завершение звонка",
        event_type: "Завершение звонка",
        set: TemplateSet::Extended,
        state: "ENDED",
        more: &[
            ("employee_id", "employee_id"),
            ("start_time", "start_time"),
            ("talk_time_duration", "talk_time_duration"),
            ("wait_time_duration", "wait_time_duration"),
            ("total_time_duration", "total_time_duration"),
        ],
        why: "the end and the length of every call, also of outgoing ones and of talks that were not recorded",
        optional: true,
    },
];

/// All of them.
pub fn templates() -> Vec<Told> {
    let told = |it: &Uis| Told {
        name: it.name,
        event_type: it.event_type,
        set: it.set,
        why: it.why,
        optional: it.optional,
        query: "",
        body: body(it),
    };
    UIS.iter().map(told).collect()
}

/// UIS puts quotes around texts by itself, so its placeholders stand without any.
fn body(it: &Uis) -> String {
    let variable = |name: &str| format!("{{{{{name}}}}}");
    // Of a lost call the manual has no extension.
    let extension = if it.state == "MISSED" { "null".to_owned() } else { variable("extension_phone_number") };
    let mut fields = vec![
        ("from_number", variable("contact_phone_number")),
        ("diversion", variable("virtual_phone_number")),
        ("direction", variable("direction")),
        ("call_id", variable("call_session_id")),
        ("user_extension", extension),
    ];
    fields.extend(it.more.iter().map(|(key, name)| (*key, variable(name))));
    fields.push(("call_state", quoted(it.state)));
    object(fields)
}
