//! Phone numbers: as the PBX said them, and read by libphonenumber's rules where they are numbers at all.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, enums::Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Who is at one end of a call: a phone number, something that is none (an extension, a SIP name), or somebody who hides.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Phone {
    /// Just as it was said.
    pub said: Text,
    /// `+79161112233`, where what was said is a valid number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e164: Option<Text>,
    /// The caller hides the number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
}

/// What PBXs say instead of a number that is withheld.
const ANONYMOUS: [&str; 8] =
    ["anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "hidden", "скрыт"];

impl Phone {
    /// Reads what was said. `region` (ISO 3166, two letters) is where numbers without a country code are from.
    ///
    /// PBXs write international numbers without a plus, so what does not read as a number of the region is read as an
    /// international one. Short numbers and extensions are no phone numbers and match nothing.
    pub fn read(said: &str, region: &str) -> Self {
        let said: String = said.trim().chars().take(100).collect();
        let word = said.to_lowercase();
        if ANONYMOUS.iter().any(|known| word.starts_with(known)) {
            return Self { said: said.into(), e164: None, anonymous: true };
        }
        let region = Region::try_from(region).ok();
        let e164 = valid(&said, region).or_else(|| valid(&format!("+{said}"), None));
        Self { said: said.into(), e164: e164.map(Text::from), anonymous: false }
    }

    /// The digits of E.164 without the plus: `79161112233`.
    pub fn full_digits(&self) -> Option<&str> {
        self.e164.as_deref().map(|number| &number[1..])
    }

    /// The number as its own country writes it, digits only: `89161112233`.
    pub fn national(&self) -> Option<String> {
        let number = self.parsed()?;
        Some(digits(number.format_as(PhoneNumberFormat::National)))
    }

    /// For people: `+7 916 111-22-33`, or what was said.
    pub fn pretty(&self) -> String {
        match self.parsed() {
            Some(number) => number.format_as(PhoneNumberFormat::International).to_string(),
            None => self.said.to_string(),
        }
    }

    /// What stands in logs: the last two digits of a number, nothing of anything else.
    pub fn masked(&self) -> String {
        match &self.e164 {
            Some(number) if number.len() > 4 => format!("{}***{}", &number[..2], &number[number.len() - 2..]),
            _ if self.anonymous => "anonymous".to_owned(),
            _ => "***".to_owned(),
        }
    }

    fn parsed(&self) -> Option<PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(self.e164.as_ref()?, None).ok()
    }
}

/// Only the digits of a text.
pub fn digits(text: impl AsRef<str>) -> String {
    text.as_ref().chars().filter(char::is_ascii_digit).collect()
}

/// So many digits may be a phone number.
const NUMBER_DIGITS_MIN: usize = 7;

/// A text of others without what may be a phone number in it: digits, with what people put between them.
pub fn without_numbers(text: &str) -> String {
    let (mut shown, mut run) = (String::with_capacity(text.len()), String::new());
    let end = |run: &mut String, shown: &mut String| {
        if digits(&*run).len() < NUMBER_DIGITS_MIN {
            shown.push_str(run);
        } else {
            shown.push_str("***");
            // What stands between the number and the next word.
            shown.extend(run.chars().rev().take_while(|char| *char == ' '));
        }
        run.clear();
    };
    for char in text.chars() {
        if char.is_ascii_digit() || char == '+' || (!run.is_empty() && matches!(char, ' ' | '-' | '(' | ')' | '.')) {
            run.push(char);
        } else {
            end(&mut run, &mut shown);
            shown.push(char);
        }
    }
    end(&mut run, &mut shown);
    shown
}

fn valid(text: &str, region: Option<Region>) -> Option<String> {
    let number = PHONE_NUMBER_UTIL.parse(text, region).ok()?;
    number.is_valid().then(|| number.format_as(PhoneNumberFormat::E164).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_number_is_one_number() {
        for said in [
            "79161112233",
            "+79161112233",
            "89161112233",
            "9161112233",
            "8 (916) 111-22-33",
            "+7 916 111-22-33 доб. 12",
        ] {
            assert_eq!(Phone::read(said, "RU").e164.as_deref(), Some("+79161112233"), "{said}");
        }
        assert_eq!(Phone::read("380671234567", "RU").e164.as_deref(), Some("+380671234567"));
        assert_eq!(Phone::read("0671234567", "UA").e164.as_deref(), Some("+380671234567"));
    }

    #[test]
    fn a16_short_numbers_extensions_and_hidden_callers_are_no_numbers() {
        for said in ["101", "112", "acme_ivan", "", "80671234567000000", "sip:101@pbx"] {
            let phone = Phone::read(said, "RU");
            assert_eq!((phone.e164, phone.anonymous), (None, false), "{said}");
            assert_eq!(phone.said, said);
        }
        for said in ["anonymous", "Anonymous", "Restricted"] {
            assert!(Phone::read(said, "RU").anonymous, "{said}");
        }
    }

    #[test]
    fn forms() {
        let phone = Phone::read("79161112233", "RU");
        assert_eq!(phone.full_digits(), Some("79161112233"));
        assert_eq!(phone.national().as_deref(), Some("89161112233"));
        assert_eq!(phone.pretty(), "+7 916 111-22-33");
        assert_eq!(phone.masked(), "+7***33");
        assert_eq!(Phone::read("101", "RU").masked(), "***");
    }

    #[test]
    fn nothing_that_may_be_a_number_is_left_in_a_text() {
        for (text, shown) in [
            ("no contact 79165554433 here", "no contact *** here"),
            ("+7 (916) 555-44-33 is busy", "*** is busy"),
            ("status 503 after 20 s", "status 503 after 20 s"),
            ("79165554433", "***"),
            ("a1-2 b", "a1-2 b"),
        ] {
            assert_eq!(without_numbers(text), shown);
        }
    }
}
