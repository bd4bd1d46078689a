//! How the end of a number may be written in RBS CRM.

use schemas::Phone;

use crate::kit::phones::{groups, tail};

/// Texts that a stored number contains however it was written: its last ten digits run together, or its last seven in
/// groups. None of them is proof: what is found is compared with [`among`](crate::kit::phones::among).
pub fn spellings(client: &Phone) -> Vec<String> {
    let last = Some(tail(client, 10)).filter(|last| !last.is_empty()).map(str::to_owned);
    let grouped = groups(client).map(|[a, b, c]| [format!("{a}-{b}-{c}"), format!("{a} {b} {c}")]);
    last.into_iter().chain(grouped.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::phones::WRITTEN;

    #[test]
    fn a_number_is_found_in_every_spelling() {
        let client = Phone::read("79161112233", "RU");
        let spellings = spellings(&client);
        for stored in WRITTEN {
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
