//! When what people wrote into a CRM is the client's number.

use schemas::phone::digits;
use schemas::{Call, Phone};

/// What is no whole number is written no longer than a phone field may be.
const SHOWN_MAX: usize = 32;

/// The client's whole number, or why there is none.
pub fn number(call: &Call) -> Result<&Phone, &'static str> {
    match &call.client {
        None => Err("the PBX did not say who called"),
        Some(client) if client.anonymous => Err("the caller hides the number"),
        Some(client) if client.e164.is_none() => Err("an extension or a short number is nobody's"),
        Some(client) => Ok(client),
    }
}

/// What a register shows of a client: the whole number, else what was said, no longer than a phone field; of a hidden one
/// nothing.
pub fn shown(client: Option<&Phone>) -> Option<String> {
    let client = client.filter(|client| !client.anonymous && !client.said.is_empty())?;
    Some(client.e164.as_deref().unwrap_or(&client.said).chars().take(SHOWN_MAX).collect())
}

/// The last digits of the whole number, so many at most.
pub fn tail(client: &Phone, count: usize) -> &str {
    let full = client.full_digits().unwrap_or_default();
    &full[full.len().saturating_sub(count)..]
}

/// Its last seven digits as people group them: 111, 22, 33.
pub fn groups(client: &Phone) -> Option<[&str; 3]> {
    let seven = Some(tail(client, 7)).filter(|seven| seven.len() == 7)?;
    Some([&seven[..3], &seven[3..5], &seven[5..]])
}

/// Its digits without the country: of the international form, "+7 916 111-22-33", the rest.
pub fn bare(client: &Phone) -> Option<String> {
    client.pretty().split_once(' ').map(|(_, rest)| digits(rest))
}

/// Whether one of these phone fields holds it.
pub fn among(stored: &[String], client: &Phone) -> bool {
    stored.iter().any(|stored| same_number(client, stored))
}

/// Whether a phone field holds the client's number, alone or among others: in full, or as its own country writes it.
pub fn same_number(client: &Phone, stored: &str) -> bool {
    let Some(full) = client.full_digits() else { return false };
    let national = client.national().unwrap_or_default();
    let bare = bare(client).unwrap_or_default();
    stored.split([',', ';', '/', '\n']).map(without_extension).any(|one| {
        let said = digits(one);
        !said.is_empty()
            && (said == full
                || said == national
                || said == bare
                || Phone::read(one, "").e164.as_deref() == client.e164.as_deref())
    })
}

fn without_extension(number: &str) -> &str {
    number.split(|c: char| c.is_alphabetic() || c == '#').find(|part| !digits(part).is_empty()).unwrap_or_default()
}

/// How people write 79161112233.
#[cfg(test)]
pub(crate) const WRITTEN: [&str; 7] = [
    "79161112233",
    "+7 (916) 111-22-33",
    "8 916 111 22 33",
    "9161112233",
    "8(916)111-22-33 доб. 12",
    "тел. 89161112233",
    "+7 495 111-00-00, 8 916 111-22-33",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_clients_however_it_is_written() {
        let client = Phone::read("79161112233", "RU");
        for stored in WRITTEN {
            assert!(same_number(&client, stored), "{stored}");
        }
        let ukrainian = Phone::read("380671234567", "UA");
        for stored in ["0671234567", "671234567", "+380 67 123-45-67", "380671234567"] {
            assert!(same_number(&ukrainian, stored), "{stored}");
        }
    }

    #[test]
    fn a16_no_other_number_matches() {
        let client = Phone::read("79161112233", "RU");
        for stored in ["", "1112233", "111-22-33", "+7 495 111-22-33", "+380 916 111 22 33", "91611122330", "нет"] {
            assert!(!same_number(&client, stored), "{stored}");
        }
        for said in ["101", "112", "anonymous", ""] {
            assert!(!same_number(&Phone::read(said, "RU"), said), "{said}");
        }
    }
}
