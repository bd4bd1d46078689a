//! How people write numbers into RBS CRM, and when what they wrote is the client's number.

use schemas::Phone;
use schemas::phone::digits;

/// Texts that a stored number contains however it was written: its last ten digits run together, or its last seven in
/// groups. None of them is proof: what is found is compared with [`same_number`].
pub fn spellings(client: &Phone) -> Vec<String> {
    let Some(full) = client.full_digits() else { return Vec::new() };
    let tail = |count: usize| &full[full.len().saturating_sub(count)..];
    let mut spellings = vec![tail(10).to_owned()];
    if full.len() >= 7 {
        let (a, b, c) = (&tail(7)[..3], &tail(4)[..2], tail(2));
        spellings.extend([format!("{a}-{b}-{c}"), format!("{a} {b} {c}")]);
    }
    spellings
}

/// Whether a phone field holds the client's number, alone or among others: in full, or as its own country writes it.
pub fn same_number(client: &Phone, stored: &str) -> bool {
    let Some(full) = client.full_digits() else { return false };
    let national = client.national().unwrap_or_default();
    // The international form is "+7 916 111-22-33": the country, and the rest.
    let pretty = client.pretty();
    let bare = pretty.split_once(' ').map(|(_, rest)| digits(rest)).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_every_spelling() {
        let client = Phone::read("79161112233", "RU");
        let spellings = spellings(&client);
        for stored in [
            "79161112233",
            "+7 (916) 111-22-33",
            "8 916 111 22 33",
            "9161112233",
            "8(916)111-22-33 доб. 12",
            "тел. 89161112233",
            "+7 495 111-00-00, 8 916 111-22-33",
        ] {
            assert!(same_number(&client, stored), "{stored}");
            assert!(spellings.iter().any(|spelling| stored.contains(spelling)), "{stored}");
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
            let nobody = Phone::read(said, "RU");
            assert!(spellings(&nobody).is_empty());
            assert!(!same_number(&nobody, said), "{said}");
        }
    }
}
