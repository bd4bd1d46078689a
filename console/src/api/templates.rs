//! What to paste into a PBX, per kind of source: for UIS the four notifications of seed 003, section 3 (R1).

use schemas::Source;

use crate::wire::{Template, Templates};

struct Uis {
    name: &'static str,
    event_type: &'static str,
    state: &'static str,
    why: &'static str,
    optional: bool,
}

/// Names and event types are as UIS shows them: in Russian.
const UIS: [Uis; 4] = [
    Uis {
        name: "Ringfold: входящий звонок",
        event_type: "Входящее плечо",
        state: "RINGING",
        why: "a call is known while it rings, with the employees it rings",
        optional: false,
    },
    Uis {
        name: "Ringfold: ответ на звонок",
        event_type: "Начало разговора",
        state: "ANSWERED",
        why: "a call is known to be answered, and by whom",
        optional: false,
    },
    Uis {
        name: "Ringfold: запись разговора",
        event_type: "Записанный разговор",
        state: "HANGUP",
        why: "the end of a recorded talk, and its recording",
        optional: false,
    },
    Uis {
        name: "Ringfold: пропущенный звонок",
        event_type: "Потерянный звонок",
        state: "MISSED",
        why: "a missed call is known at once; without it only after ring_without_end",
        optional: true,
    },
];

/// The templates of a source; nothing where its kind has none.
pub fn of(source: &Source, url: &str) -> Option<Templates> {
    if source.kind != "uis" {
        return None;
    }
    let template = |it: &Uis| Template {
        name: it.name.to_owned(),
        event_type: it.event_type.to_owned(),
        method: "POST".to_owned(),
        url: url.to_owned(),
        body: uis_body(it.state),
        why: it.why.to_owned(),
        optional: it.optional,
    };
    Some(Templates {
        source: source.id.clone(),
        kind: source.kind.clone(),
        how:
            "in the UIS account open «Уведомления» and press «Добавить уведомление» once for each template; choose its \
              event type, set it active, choose the way HTTP and the method POST, paste its URL and its body"
                .to_owned(),
        templates: UIS.iter().map(template).collect(),
    })
}

/// UIS puts quotes around texts by itself, so its placeholders stand without any.
fn uis_body(state: &str) -> String {
    let extension = if state == "MISSED" { "null" } else { "{{extension_phone_number}}" };
    let recording = if state == "HANGUP" { "\n    \"call_record_url\":{{file_link}}," } else { "" };
    format!(
        "{{\n    \"from_number\":{{{{contact_phone_number}}}},\n    \"diversion\":{{{{virtual_phone_number}}}},\n    \
         \"direction\":{{{{direction}}}},\n    \"call_id\":{{{{call_session_id}}}},\n    \
         \"user_extension\":{extension},{recording}\n    \"call_state\":\"{state}\"\n}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_the_bodies_are_those_of_the_seed() {
        assert_eq!(
            uis_body("HANGUP"),
            "{\n    \"from_number\":{{contact_phone_number}},\n    \"diversion\":{{virtual_phone_number}},\n    \
             \"direction\":{{direction}},\n    \"call_id\":{{call_session_id}},\n    \
             \"user_extension\":{{extension_phone_number}},\n    \"call_record_url\":{{file_link}},\n    \
             \"call_state\":\"HANGUP\"\n}"
        );
        assert!(uis_body("MISSED").contains("\"user_extension\":null,\n    \"call_state\":\"MISSED\"\n}"));
        assert!(!uis_body("RINGING").contains("file_link"));
    }
}
