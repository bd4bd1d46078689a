//! The pairs behind the question mark. Pure.

use schemas::Phone;

use crate::crms::uspacy::settings::Way;
use crate::kit::phones;

/// Rows of a page: as many as the CRM gives.
pub const ROWS: u64 = 100;
/// Digits at the end of a number that are the same however its country is written.
const TAIL: usize = 9;

type Pairs = Vec<(String, String)>;

/// A page of a list.
pub fn page(number: u64) -> Pairs {
    vec![("page".to_owned(), number.to_string()), ("list".to_owned(), ROWS.to_string())]
}

/// What finds records that may have a number, and others: the rows are compared with it afterwards.
pub fn by_number(way: Way, client: &Phone) -> Pairs {
    match way {
        Way::Text => vec![("q".to_owned(), tail(client))],
        Way::Filter => filter("phone", &spellings(client)),
    }
}

/// The last nine digits of a number.
pub fn tail(client: &Phone) -> String {
    phones::tail(client, TAIL).to_owned()
}

/// How the last seven digits of a number may be written.
fn spellings(client: &Phone) -> Vec<String> {
    let Some([a, b, c]) = phones::groups(client) else { return vec![phones::tail(client, 7).to_owned()] };
    [format!("{a}{b}{c}"), format!("{a}-{b}-{c}"), format!("{a} {b} {c}"), format!("{a} {b}{c}"), format!("{a}-{b}{c}")]
        .into()
}

/// A structured filter: the field contains one of these.
fn filter(field: &str, values: &[String]) -> Pairs {
    let mut pairs = vec![("filters[condition]".to_owned(), "or".to_owned())];
    for (n, value) in values.iter().enumerate() {
        for (key, value) in [("field", field), ("operator", "like"), ("values][", value)] {
            pairs.push((format!("filters[filters][{n}][{key}]"), value.to_owned()));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::phones::same_number;

    #[test]
    fn a_number_is_found_in_every_spelling() {
        let client = Phone::read("380671234567", "UA");
        for stored in [
            "380671234567",
            "+380671234567",
            "0671234567",
            "+38 (067) 123-45-67",
            "067 123 45 67",
            "+380 67 123 4567",
            "(067) 123-4567",
        ] {
            assert!(same_number(&client, stored), "{stored}");
            assert!(spellings(&client).iter().any(|spelling| stored.contains(spelling)), "{stored}");
        }
        assert_eq!(tail(&client), "671234567");
    }

    #[test]
    fn a_filter_is_written_as_the_crm_reads_it() {
        let pairs = filter("phone", &["1".to_owned(), "2".to_owned()]);
        let text: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            text.join("&"),
            "filters[condition]=or\
             &filters[filters][0][field]=phone&filters[filters][0][operator]=like&filters[filters][0][values][]=1\
             &filters[filters][1][field]=phone&filters[filters][1][operator]=like&filters[filters][1][values][]=2"
        );
    }
}
