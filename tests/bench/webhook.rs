//! The notifications that the load consists of, as UIS sends them, and the account they are for.

use std::io::Write as _;

/// The last part of the webhook URL.
pub const SECRET: &str = "bench-webhook-secret-0001";
/// The source's id.
pub const SOURCE: &str = "bench-uis";

/// An accounts file with one company and one source.
pub fn accounts() -> String {
    format!(
        "[[account]]\nid = \"bench\"\nname = \"Bench\"\n\n[[account.source]]\nid = \"{SOURCE}\"\nkind = \"uis\"\n\
         secret = \"{SECRET}\"\nregion = \"RU\"\ntimezone = \"Europe/Moscow\"\n"
    )
}

/// The body of a notification; `call` also chooses the client's number.
pub fn body(call: u32, state: &str) -> String {
    let client = 79_160_000_000 + u64::from(call % 10_000_000);
    let recording = if state == "HANGUP" {
        format!("\"call_record_url\":\"https://app.uiscom.ru/system/media/talk/{call}/2f1b0c/\",")
    } else {
        String::new()
    };
    format!(
        "{{\"from_number\":\"{client}\",\"diversion\":\"74951112233\",\"direction\":\"in\",\"call_id\":{call},\
         \"user_extension\":\"101\",{recording}\"call_state\":\"{state}\"}}"
    )
}

/// Writes the whole request into `request`.
pub fn post(request: &mut Vec<u8>, call: u32, state: &str) {
    let body = body(call, state);
    request.clear();
    // Writing to memory cannot fail.
    let _ = write!(
        request,
        "POST /hooks/{SECRET} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n\
         {body}",
        body.len()
    );
}
