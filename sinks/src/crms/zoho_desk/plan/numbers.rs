//! How a number may stand in a contact: as people typed it.

use schemas::Phone;

use crate::kit::phones::bare;

/// Texts that a search for the number asks for, at most a dozen. The last two have wildcards: any prefix, and any separators
/// between the usual groups. None of them is proof: what is found is compared with `same_number`.
pub fn spellings(client: &Phone) -> Vec<String> {
    let Some(full) = client.full_digits() else { return Vec::new() };
    let bare = bare(client).filter(|bare| bare.len() >= 7).unwrap_or_else(|| full.to_owned());
    let (area, rest) = bare.split_at(bare.len() - 7.min(bare.len()));
    let (a, b, c) = (&rest[..3.min(rest.len())], rest.get(3..5).unwrap_or_default(), rest.get(5..).unwrap_or_default());
    let mut spellings = vec![full.to_owned(), format!("+{full}")];
    spellings.extend(client.national());
    spellings.extend([bare.clone(), client.pretty(), format!("*{bare}"), format!("*{area}*{a}*{b}*{c}")]);
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_asked_for_in_every_spelling() {
        let asked = spellings(&Phone::read("380671112233", "UA"));
        for spelling in [
            "380671112233",
            "+380671112233",
            "0671112233",
            "671112233",
            "+380 67 111 2233",
            "*671112233",
            "*67*111*22*33",
        ] {
            assert!(asked.iter().any(|one| one == spelling), "{spelling} {asked:?}");
        }
        assert!(asked.len() <= 12 && asked.iter().all(|one| !one.contains(',')), "{asked:?}");
    }

    #[test]
    fn a16_who_has_no_whole_number_is_not_looked_for() {
        for said in ["101", "112", "anonymous", ""] {
            assert!(spellings(&Phone::read(said, "UA")).is_empty(), "{said}");
        }
    }
}
