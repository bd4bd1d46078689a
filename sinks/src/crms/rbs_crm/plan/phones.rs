//! How the end of a number may be written in RBS CRM.

use schemas::Phone;

/// Texts that a stored number contains however it was written: its last ten digits run together, or its last seven in
/// groups. None of them is proof: what is found is compared with [`same_number`](crate::kit::phones::same_number).
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::phones::same_number;

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
    }

    #[test]
    fn a16_who_has_no_whole_number_is_not_looked_for() {
        for said in ["101", "112", "anonymous", ""] {
            assert!(spellings(&Phone::read(said, "RU")).is_empty(), "{said}");
        }
    }
}
