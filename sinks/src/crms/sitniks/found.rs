//! What the plan asks the client to look up, and what it is told: the two sides of a look-up, and nothing else.

use schemas::Phone;
use serde::{Deserialize, Serialize};

use crate::kit::phones::bare;

/// A look-up. The one for users is of [`crate::kit::people::active`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "find", rename_all = "snake_case")]
pub enum Query {
    /// The cards with a number, among those where it is written so: a list of [`Card`].
    Number {
        /// In full, as `+380671112233`.
        number: String,
        /// One of [`spellings`].
        spelling: String,
    },
    /// A card by its id: a [`Card`], or null.
    Card {
        /// The CRM's id.
        id: String,
    },
    /// The managers who can be given calls.
    Users,
}

/// A client's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The CRM's id.
    pub id: String,
    /// The number as the CRM holds it.
    pub phone: String,
}

/// How a number may be written: in full with a plus and without, as its own country writes it, and that without the first
/// digit that stands for a trunk.
pub fn spellings(number: &Phone) -> Vec<String> {
    let full = number.e164.as_deref().map(str::to_owned);
    let mut spellings = Vec::new();
    for spelling in
        [full, number.full_digits().map(str::to_owned), number.national(), bare(number)].into_iter().flatten()
    {
        if !spelling.is_empty() && !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s5_a_number_is_asked_for_in_each_way_it_may_be_written() {
        let number = Phone::read("+380671112233", "");
        assert_eq!(spellings(&number), ["+380671112233", "380671112233", "0671112233", "671112233"]);
        // Where there is no trunk digit, two ways are one.
        assert_eq!(spellings(&Phone::read("+48512345678", "")), ["+48512345678", "48512345678", "512345678"]);
        assert!(spellings(&Phone::read("101", "UA")).is_empty());
    }
}
