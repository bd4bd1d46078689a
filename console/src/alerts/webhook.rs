//! Where alerts are posted to. Each message has a deadline and a bounded number of tries; the redirects of others are not followed.

use std::time::Duration;

use backbone::Error;
use backbone::sealed::Secret;
use schemas::Timestamp;
use schemas::time::later;

use super::state::Untold;
use crate::wire::AlertMessage;

/// A receiver that has not answered by then is asked again later.
const DEADLINE: Duration = Duration::from_secs(10);
/// Between the tries of one message, seconds; after the last it is given up.
const PAUSES: [u64; 6] = [15, 60, 300, 900, 1800, 3600];

/// A receiver of alerts.
#[derive(Clone)]
pub struct Webhook {
    client: reqwest::Client,
    url: String,
    token: Option<Secret>,
}

impl Webhook {
    /// At this address; with a token, it is shown as a bearer token.
    pub fn new(url: &str, token: Option<Secret>) -> Result<Self, Error> {
        let client = reqwest::Client::builder().timeout(DEADLINE).redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(|why| Error::Invalid(format!("alerts cannot be sent: {why}")))?;
        Ok(Self { client, url: url.to_owned(), token })
    }

    /// Posts one message; what is wrong is told without the address, which may hold a secret.
    pub async fn post(&self, message: &AlertMessage) -> Result<(), String> {
        let request = self.client.post(&self.url).json(message);
        let request = self.token.iter().fold(request, |request, token| request.bearer_auth(token.expose()));
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
            Err(why) if why.is_timeout() => Err(format!("it did not answer within {} s", DEADLINE.as_secs())),
            Err(why) => Err(why.without_url().to_string()),
        }
    }
}

/// A message that is about to be sent, as it is written down before: nothing where that was its last try.
pub fn before_sending(untold: &Untold, now: Timestamp) -> Option<Untold> {
    let pause = usize::try_from(untold.tries).ok().and_then(|tries| PAUSES.get(tries))?;
    Some(Untold { tries: untold.tries + 1, due: later(now, Duration::from_secs(*pause)), ..untold.clone() })
}
