//! One request over HTTP, within a deadline, and its answer, within a bound.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Request, RequestBuilder, Url};
use tokio::time::{Instant, timeout_at};

use super::trace::Sent;

/// A longer answer is none of a CRM's API.
const BODY_MAX: usize = 1 << 20;
/// A host that does not take the connection by then is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What came back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer.
    Answer(Answer),
    /// Nothing: the request never left.
    NotSent(String),
    /// Nothing, though the request may have arrived.
    Lost(String),
    /// More than an answer can be.
    TooLong,
}

impl Reply {
    /// Of an answer: the status; 0: there is none.
    pub fn status(&self) -> u16 {
        if let Self::Answer(answer) = self { answer.status } else { 0 }
    }
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A client that follows no redirect: one to another place would carry the credentials there.
pub fn client(request_timeout: Duration) -> Result<Client, String> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT.min(request_timeout / 2))
        .user_agent("ringfold")
        .referer(false)
        .build()
        .map_err(|why| format!("the HTTP client cannot start: {}", root(why)))
}

/// A CRM's address, without a slash at its end; `like` is an example for who gave a wrong one.
pub fn base(base_url: &str, like: &str) -> Result<String, String> {
    let wrong = |why: &str| format!("{base_url:?} is not the CRM's address: {why}, like {like}");
    let url = Url::parse(base_url).map_err(|_| wrong("give a whole URL"))?;
    if !["http", "https"].contains(&url.scheme()) || url.host_str().is_none() {
        return Err(wrong("give an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("give it without user, query and fragment"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Sends a request and waits until `deadline`. Every request of every connector goes through here, and is told of in the trace
/// of the delivery that it is for.
pub async fn send(request: RequestBuilder, deadline: Instant) -> Reply {
    let (http, request) = request.build_split();
    let request = match request {
        Ok(request) => request,
        Err(why) => return Reply::NotSent(root(why)),
    };
    let sent = Sent::begin(&request);
    let reply = if Instant::now() >= deadline {
        Reply::NotSent("there was no time left to send it".to_owned())
    } else {
        let reply = timeout_at(deadline, exchange(http, request)).await;
        reply.unwrap_or_else(|_| Reply::Lost("no answer in time".to_owned()))
    };
    if let Some(sent) = sent {
        sent.answered(&reply);
    }
    reply
}

async fn exchange(http: Client, request: Request) -> Reply {
    let mut response = match http.execute(request).await {
        Ok(response) => response,
        Err(why) if why.is_connect() || why.is_builder() => return Reply::NotSent(root(why)),
        Err(why) => return Reply::Lost(root(why)),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > BODY_MAX => return Reply::TooLong,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(why) => return Reply::Lost(format!("the answer broke off: {}", root(why))),
        }
    }
    // An odd byte in some text must not hide the id that stands beside it.
    let body = String::from_utf8_lossy(&body).into_owned();
    Reply::Answer(Answer { status, headers, body })
}

/// The innermost cause: the outer ones only say that a request failed, and where to. The address is left out: some CRMs take
/// their key in it.
fn root(why: reqwest::Error) -> String {
    let (connect, why) = (why.is_connect(), why.without_url());
    let mut innermost: &dyn std::error::Error = &why;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if connect { format!("no connection: {innermost}") } else { innermost.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_with_a_host_and_nothing_behind_it() {
        assert_eq!(base("https://c1.crm.test/", "").unwrap(), "https://c1.crm.test");
        assert_eq!(base("http://127.0.0.1:8080/box", "").unwrap(), "http://127.0.0.1:8080/box");
        for wrong in ["", "c1.crm.test", "ftp://x", "https://u:p@x", "https://x?y=1"] {
            assert!(base(wrong, "https://x.test").unwrap_err().ends_with("like https://x.test"), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_key_in_an_address_is_in_no_error() {
        let http = client(Duration::from_secs(2)).unwrap();
        let request = http.get("http://127.0.0.1:1/api?api_key=very-secret");
        let reply = send(request, Instant::now() + Duration::from_secs(2)).await;
        assert!(matches!(&reply, Reply::NotSent(why) if !why.contains("secret")), "{reply:?}");
    }
}
