//! Reading again what was kept, with the readers as they are now. Pure.

use schemas::{Event, Origin, Rejected, Said, Source, Verbatim};

use crate::sources::{self, Reading, Request, Unreadable};

/// What a webhook's body says by the present reader; nothing for events that no webhook brought.
pub fn said(source: &Source, event: &Event) -> Option<Result<Said, Unreadable>> {
    (event.origin == Origin::Webhook && event.said.state.of_the_pbx()).then(|| {
        let reading = read(source, &event.body)?;
        if event.session != reading.session {
            let why = "it is now read as being of another session, which cannot be made right";
            return Err(Unreadable::because(why));
        }
        Ok(reading.said)
    })
}

/// The event that a rejected body is by the present reader. It keeps its receipt and the time it came.
pub fn event(source: &Source, rejected: &Rejected) -> Result<Event, Unreadable> {
    let reading = read(source, &rejected.body)?;
    Ok(Event {
        id: reading.event_id(&source.id),
        receipt: rejected.receipt,
        account: source.account.clone(),
        source: source.id.clone(),
        session: reading.session.into(),
        received_at: rejected.received_at,
        origin: Origin::Webhook,
        reading: 0,
        said: reading.said,
        body: rejected.body.clone(),
    })
}

fn read(source: &Source, kept: &Verbatim) -> Result<Reading, Unreadable> {
    let body = if kept.hex.is_empty() { kept.text.clone().into_bytes() } else { bytes(&kept.hex) };
    let request = Request { method: "POST", query: &kept.query, content_type: &kept.content_type, body: &body };
    sources::read(source, &request)
}

/// What `hex` wrote.
fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.as_bytes().chunks_exact(2).filter_map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}
