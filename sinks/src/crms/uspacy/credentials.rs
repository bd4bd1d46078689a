//! The ways to be let in, of which a connection has one: a token, which may be the URL of an incoming webhook; a user's token
//! with the one that renews it; an app.

use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;

use super::client::{Credentials, WEBHOOKS};
use crate::connector::{CredentialField, Problem};
use crate::kit::connection::given;
use crate::kit::settings::problem;

const TOKEN: &str = "token";
const REFRESH_TOKEN: &str = "refresh_token";
const CLIENT_ID: &str = "client_id";
const CLIENT_SECRET: &str = "client_secret";

/// None is required by itself: [`read`] says which belong together.
pub const FIELDS: &[CredentialField] = &[
    CredentialField { name: TOKEN, required: false },
    CredentialField { name: REFRESH_TOKEN, required: false },
    CredentialField { name: CLIENT_ID, required: false },
    CredentialField { name: CLIENT_SECRET, required: false },
];

/// The credentials of a connection, or what is wrong with them.
pub fn read(entry: &ConnectionEntry) -> Result<Credentials, Problem> {
    let given = |name: &str| given(entry, name).map(str::trim);
    let wrong = |name: &str, message: &str| Err(problem(&["credentials", name], message));
    if entry.connection.base_url.contains(WEBHOOKS) {
        let message = "the key of an incoming webhook is a secret: give the webhook's whole URL as the credential token, \
                       and here the address of the space, like https://acme.uspacy.ua";
        return Err(problem(&["base_url"], message));
    }
    let refresh = given(REFRESH_TOKEN);
    match (given(TOKEN), given(CLIENT_ID), given(CLIENT_SECRET)) {
        (None, ..) if refresh.is_some() => wrong(TOKEN, "a refresh_token needs the token that came with it, too"),
        (Some(token), None, None) => self::token(token, refresh).or_else(|(name, why)| wrong(name, why)),
        (None, Some(id), Some(secret)) => Ok(Credentials::App { id: id.to_owned(), secret: Secret::new(secret) }),
        (None, None, None) => wrong(TOKEN, "Uspacy needs a token, or the client_id and client_secret of an app"),
        (None, Some(_), None) => wrong(CLIENT_SECRET, "an app needs its client_secret, too"),
        (None, None, Some(_)) => wrong(CLIENT_ID, "an app needs its client_id, too"),
        (Some(_), ..) => wrong(TOKEN, "give either a token or the client_id and client_secret of an app, not both"),
    }
}

fn token(token: &str, refresh: Option<&str>) -> Result<Credentials, (&'static str, &'static str)> {
    if let Some((_, key)) = token.split_once(WEBHOOKS) {
        let key = key.trim_matches('/');
        let fits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        return match refresh {
            Some(_) => Err((REFRESH_TOKEN, "a webhook is never renewed: leave it out")),
            None if fits => Ok(Credentials::Webhook(Secret::new(key))),
            None => Err((TOKEN, "give the webhook's URL as Uspacy shows it, with nothing behind its key")),
        };
    }
    let alone = "give the token alone, without spaces and without \"Bearer\"";
    let is_one = |token: &str| token.bytes().all(|byte| byte.is_ascii_graphic());
    match refresh {
        _ if !is_one(token) => Err((TOKEN, alone)),
        Some(refresh) if !is_one(refresh) => Err((REFRESH_TOKEN, alone)),
        Some(refresh) => Ok(Credentials::User { token: Secret::new(token), refresh: Secret::new(refresh) }),
        None => Ok(Credentials::Token(Secret::new(token))),
    }
}
