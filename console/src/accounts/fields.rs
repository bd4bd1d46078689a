//! Checks of single values that sources and connections share.

use backbone::sealed::Secret;
use backbone::store::{Credential, Credentials};
use jiff::tz::TimeZone;
use sinks::connector::CredentialField;

use super::env;
use super::read::Reading;
use super::table::{Found, Problems, Table};

/// An IANA time zone's name.
pub fn timezone(table: &mut Table<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = table.get("timezone")?;
    let name = found.text(problems)?;
    let zone = TimeZone::get(&name);
    if zone.is_err() {
        let message = format!("{name:?} is no time zone; give an IANA name, such as Europe/Moscow or Europe/Kyiv");
        problems.add(found.offset, &found.path, message);
    }
    Some(zone.ok()?.iana_name().unwrap_or(&name).to_owned())
}

/// An address that begins with `http://` or `https://`; without the `/` at its end.
pub fn base_url(table: &mut Table<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = table.get("base_url")?;
    let text = found.text(problems)?;
    match url_problem(&text) {
        None => Some(text.trim_end_matches('/').to_owned()),
        Some(why) => {
            problems.add(found.offset, &found.path, why);
            None
        }
    }
}

// The address itself is not repeated: people paste keys into addresses.
fn url_problem(text: &str) -> Option<&'static str> {
    let Ok(uri) = text.parse::<axum::http::Uri>() else {
        return Some("is no address; write it as https://host or https://host/path, names in Latin letters");
    };
    let http = matches!(uri.scheme_str(), Some("http" | "https"));
    match uri.authority() {
        Some(authority) if authority.as_str().contains('@') => {
            Some("holds a user name or password; put them into the credentials table")
        }
        Some(authority) if http && !authority.host().is_empty() => {
            (uri.query().is_some() || text.contains('#')).then_some("must end before ? and #")
        }
        _ => Some("must begin with https:// or http:// and name a host"),
    }
}

/// The credentials table, over what is kept already: a field that the file leaves out stays.
pub fn credentials(
    table: &mut Table<'_, '_>,
    known: &[CredentialField],
    kept: Option<&Credentials>,
    reading: &Reading<'_>,
    problems: &mut Problems<'_>,
) -> Credentials {
    let mut credentials = kept.cloned().unwrap_or_default();
    let (mut offset, path) = (table.offset, table.key("credentials"));
    let mut given = Vec::new();
    if let Some(inner) = table.table("credentials", problems) {
        offset = inner.offset;
        for (name, found) in inner.every() {
            given.push(name);
            if !known.iter().any(|field| field.name == name) {
                let names: Vec<_> = known.iter().map(|field| field.name).collect();
                problems.add(found.offset, &found.path, format!("is not known; known here: {}", names.join(", ")));
            } else if let Some(credential) = credential(&found, reading, problems) {
                credentials.insert(name.to_owned(), credential);
            }
        }
    }
    for field in known {
        if field.required && !given.contains(&field.name) && !credentials.contains_key(field.name) {
            let key = format!("{path}.{}", field.name);
            problems.add(offset, &key, "is missing; give a literal, or env:NAME to take it from the environment");
        }
    }
    credentials
}

fn credential(found: &Found<'_, '_>, reading: &Reading<'_>, problems: &mut Problems<'_>) -> Option<Credential> {
    let text = found.text(problems)?;
    let Some(name) = text.strip_prefix(env::PREFIX) else {
        return Some(Credential { value: Secret::new(text), from: None });
    };
    // What is no name is not shown: it may be a secret that happens to begin so.
    if !env::is_name(name) {
        problems.add(
            found.offset,
            &found.path,
            "what follows env: is no name of an environment variable (A-Z, a-z, 0-9 and _, no digit first)",
        );
        return None;
    }
    match (reading.env)(name) {
        Some(value) if !value.is_empty() => Some(Credential { value: Secret::new(value), from: Some(text) }),
        _ => {
            problems.add(
                found.offset,
                &found.path,
                format!("the environment variable {name} is not set; set it where the file is applied from"),
            );
            None
        }
    }
}
