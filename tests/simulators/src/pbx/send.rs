//! Sends scenarios as PBXs do: once, unless the caller wants a sender that sends again.

use std::time::Duration;

use reqwest::{Client, Response, Url, header};
use tokio::time::Instant;

use super::scenario::{Method, Notification, Scenario};

/// How long one POST waits for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are kept.
const ANSWER: usize = 16 * 1024;

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The address is none.
    #[error("{0} is not an address to post to")]
    Url(String),
    /// Not above zero.
    #[error("speed {0} is not above zero")]
    Speed(f64),
}

/// What became of one notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of the last try; nothing when no answer came.
    pub status: Option<u16>,
    /// The body of that answer, at most 16 KiB of it.
    pub body: String,
    /// Why no answer came.
    pub error: Option<String>,
    /// How often it was sent.
    pub tries: u32,
}

impl Answer {
    /// Whether the receiver took it: a 2xx.
    pub fn is_acknowledged(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Sending again what was not acknowledged. Not every PBX does; a test of a receiver that is killed needs it.
#[derive(Clone, Copy, Debug)]
pub struct Resend {
    /// Tries of one notification at most.
    pub tries: u32,
    /// Time for one notification at most.
    pub deadline: Duration,
    /// Between two tries.
    pub pause: Duration,
}

impl Default for Resend {
    fn default() -> Self {
        Self { tries: 200, deadline: Duration::from_mins(1), pause: Duration::from_millis(100) }
    }
}

/// Sends scenarios to one address.
#[derive(Clone, Debug)]
pub struct Sender {
    client: Client,
    url: Url,
    speed: f64,
    resend: Option<Resend>,
    stubborn: bool,
}

impl Sender {
    /// A sender in real time that never sends again.
    pub fn new(client: &Client, url: &str) -> Result<Self, SendError> {
        let url = Url::parse(url).map_err(|_| SendError::Url(url.to_owned()))?;
        Ok(Self { client: client.clone(), url, speed: 1.0, resend: None, stubborn: false })
    }

    /// How many times faster than real time; infinity waits for nothing.
    pub fn speed(mut self, speed: f64) -> Result<Self, SendError> {
        if speed.is_nan() || speed <= 0.0 {
            return Err(SendError::Speed(speed));
        }
        self.speed = speed;
        Ok(self)
    }

    /// Sends again what was not acknowledged, but for what was refused with a 4xx.
    #[must_use]
    pub fn resend(mut self, resend: Resend) -> Self {
        self.resend = Some(resend);
        self
    }

    /// Sends again what was refused with a 4xx as well.
    #[must_use]
    pub fn stubborn(mut self) -> Self {
        self.stubborn = true;
        self
    }

    /// Sends one call, each notification after the one before was answered and not before its time; one answer each.
    pub async fn send<K>(&self, scenario: &Scenario<K>) -> Vec<Answer> {
        let began = Instant::now();
        let mut answers = Vec::with_capacity(scenario.notifications.len());
        for notification in &scenario.notifications {
            // Too slow a speed overflows; then the time is never, and a day is as good.
            let wait = Duration::try_from_secs_f64(notification.after.as_secs_f64() / self.speed);
            tokio::time::sleep_until(began + wait.unwrap_or(Duration::from_hours(24))).await;
            answers.push(self.deliver(notification).await);
        }
        answers
    }

    async fn deliver(&self, notification: &Notification) -> Answer {
        let most = self.resend.unwrap_or(Resend { tries: 1, deadline: PATIENCE, pause: Duration::ZERO });
        let began = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            let left = most.deadline.saturating_sub(began.elapsed()).min(PATIENCE);
            let mut answer = self.post(notification, left).await;
            answer.tries = tries;
            let settled =
                answer.is_acknowledged() || !self.stubborn && answer.status.is_some_and(|status| status < 500);
            if settled || tries >= most.tries || began.elapsed() + most.pause >= most.deadline {
                return answer;
            }
            tokio::time::sleep(most.pause).await;
        }
    }

    async fn post(&self, notification: &Notification, patience: Duration) -> Answer {
        let mut url = self.url.clone();
        if !notification.query.is_empty() {
            let own = url.query().map(|own| format!("{own}&")).unwrap_or_default();
            url.set_query(Some(&format!("{own}{}", notification.query)));
        }
        let request = match notification.method {
            Method::Get => self.client.get(url),
            Method::Post => {
                let request = self.client.post(url).header(header::CONTENT_TYPE, notification.content_type);
                request.body(notification.body.clone())
            }
        };
        let request = request.timeout(patience);
        match request.send().await {
            Ok(response) => {
                let status = Some(response.status().as_u16());
                Answer { status, body: body(response).await, error: None, tries: 0 }
            }
            // The address holds a secret, so it stays out of the text.
            Err(error) => {
                Answer { status: None, body: String::new(), error: Some(error.without_url().to_string()), tries: 0 }
            }
        }
    }
}

/// Sends one call at `speed` times real time, each notification once, whatever the answer.
pub async fn send<K>(client: &Client, url: &str, scenario: &Scenario<K>, speed: f64) -> Result<Vec<Answer>, SendError> {
    Ok(Sender::new(client, url)?.speed(speed)?.send(scenario).await)
}

async fn body(mut response: Response) -> String {
    let mut kept = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = ANSWER - kept.len();
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if kept.len() >= ANSWER {
            break;
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
