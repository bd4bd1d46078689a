//! Secrets: how they are kept in memory (never printed, wiped) and at rest (sealed with XChaCha20-Poly1305).

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Error;

/// A secret text: printed as `[secret]`, compared in constant time, wiped when dropped.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the place that sends it, and no other.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// The key that seals secrets at rest and keys their hashes: 32 bytes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

/// Marks the format of sealed values, so that a later one can be told from it.
const FORMAT: u8 = 1;
const NONCE: usize = 24;

impl SecretKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self(random()?))
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let wrong = || Error::Invalid("the secret key is not 64 hexadecimal digits".to_owned());
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut key = [0; 32];
        for (n, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(key))
    }

    /// As 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Seals `text`, bound to `place` (whose and which field it is), so that it opens nowhere else.
    pub fn seal(&self, text: &Secret, place: &str) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE] = random()?;
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let body = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: text.0.as_bytes(), aad: place.as_bytes() })
            .map_err(|_| Error::Invalid("the secret could not be sealed".to_owned()))?;
        Ok([&[FORMAT], &nonce[..], &body].concat())
    }

    /// Opens what [`Self::seal`] made for the same place.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Secret, Error> {
        let unreadable = || {
            Error::Unreadable(format!(
                "the secret of {place} does not open with this secret key; was the key replaced?"
            ))
        };
        if sealed.len() < 1 + NONCE || sealed[0] != FORMAT {
            return Err(unreadable());
        }
        let nonce: [u8; NONCE] = sealed[1..=NONCE].try_into().map_err(|_| unreadable())?;
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let text = cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: &sealed[1 + NONCE..], aad: place.as_bytes() })
            .map_err(|_| unreadable())?;
        String::from_utf8(text).map(Secret).map_err(|_| unreadable())
    }

    /// The keyed hash by which a webhook secret is looked up: who reads the database learns no secret from it.
    pub fn fingerprint(&self, secret: &str) -> String {
        // HMAC takes keys of any length, so this cannot fail; an empty hash would match nothing stored.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(b"ringfold webhook secret\0");
        mac.update(secret.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

/// What tells secrets apart without saying them: the same parts have the same digest, in every version.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // Lengths, so that no other division of the same text has the same digest.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// A new unguessable text of 40 hexadecimal digits, for webhook URLs and tokens.
pub fn new_secret() -> Result<Secret, Error> {
    Ok(Secret(hex(&random::<20>()?)))
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|why| Error::Unavailable { part: "store", why: format!("the system gives no randomness: {why}") })?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_in_its_place() {
        let key = SecretKey::generate().unwrap();
        let sealed = key.seal(&Secret::new("пароль"), "acme-rbs/password").unwrap();
        assert_eq!(key.open(&sealed, "acme-rbs/password").unwrap().expose(), "пароль");
        assert!(key.open(&sealed, "other/password").is_err());
        assert!(SecretKey::generate().unwrap().open(&sealed, "acme-rbs/password").is_err());
        assert!(key.open(&sealed[..10], "acme-rbs/password").is_err());
        let again = SecretKey::from_hex(&key.to_hex()).unwrap();
        assert!(again.open(&sealed, "acme-rbs/password").is_ok());
    }

    #[test]
    fn a_digest_tells_parts_apart_and_stays() {
        assert_eq!(digest(["a", "bc"]), digest(["a", "bc"]));
        assert_ne!(digest(["a", "bc"]), digest(["ab", "c"]));
        assert!(digest(["a"]).starts_with("3b196fd4907bedf5"), "{}", digest(["a"]));
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hidden")), "[secret]");
    }
}
