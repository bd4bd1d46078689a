//! The values that keys take: each is read from text or a number, and what is wrong says what is allowed.

use std::fmt;
use std::net::SocketAddr;

use backbone::sealed::{Secret, SecretKey};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// What stands in a file as text, a number, true or false, and in the environment always as text.
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a whole number, true or false")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_bool<E: Error>(self, truth: bool) -> Result<Text, E> {
                Ok(Text(truth.to_string()))
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

/// Reads a value by a function of its text.
macro_rules! read_by {
    ($type:ty, $read:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Result<Self, String> = $read;
                read(&Text::deserialize(deserializer)?.0).map_err(D::Error::custom)
            }
        }
    };
}
pub(super) use read_by;

/// An address to listen on.
#[derive(Debug, Clone, Copy)]
pub struct Listen(pub SocketAddr);
read_by!(Listen, |text| listen(text).map(Listen));

/// Reads an address to listen on.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an address: write 127.0.0.1:8080 or [::1]:8080"))
}

/// What shown URLs begin with, without a slash at the end.
#[derive(Debug, Clone)]
pub struct PublicUrl(pub String);
read_by!(PublicUrl, public_url);

fn public_url(text: &str) -> Result<PublicUrl, String> {
    let wrong = || format!("{text:?} does not begin a URL: write https://calls.example, with a path if it has one");
    let url = reqwest::Url::parse(text).map_err(|_| wrong())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        return Err(wrong());
    }
    Ok(PublicUrl(text.trim_end_matches('/').to_owned()))
}

/// The key that seals secrets.
#[derive(Clone)]
pub struct Key(pub SecretKey);
read_by!(Key, |text| SecretKey::from_hex(text).map(Key).map_err(|error| error.to_string()));

/// The token of the API.
#[derive(Clone)]
pub struct Token(pub Secret);
read_by!(Token, |text| {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let long = (16..=200).contains(&text.len());
    if plain && long {
        Ok(Token(Secret::new(text)))
    } else {
        Err("write 16 to 200 letters, digits and signs".to_owned())
    }
});

/// A whole number within bounds.
#[derive(Debug, Clone, Copy)]
pub struct Count<const MIN: u16, const MAX: u16>(pub u16);
impl<'de, const MIN: u16, const MAX: u16> Deserialize<'de> for Count<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        let count = text.parse().ok().filter(|count| (MIN..=MAX).contains(count));
        count.map(Self).ok_or_else(|| D::Error::custom(format!("{text:?} is not a whole number from {MIN} to {MAX}")))
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy)]
pub struct Size(pub u64);
read_by!(Size, size);

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
/// Less than this holds nothing that is worth the name.
const SIZE_MIN: u64 = 1 << 20;

fn size(text: &str) -> Result<Size, String> {
    let (number, unit) =
        UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?.trim_end(), *unit))).unwrap_or((text, 1));
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    let wrong = || format!("{text:?} is not a size of at least 1MiB: write 128MiB or 4GiB");
    bytes.filter(|bytes| (SIZE_MIN..1 << 50).contains(bytes)).map(Size).ok_or_else(wrong)
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, unit)| self.0.is_multiple_of(*unit)) {
            Some((name, unit)) => write!(f, "{}{name}", self.0 / unit),
            None => write!(f, "{}", self.0),
        }
    }
}
