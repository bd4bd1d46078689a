//! One request over HTTP, within a deadline, and its answer, within a bound.

use std::time::Duration;

use backbone::sealed::Secret;
use reqwest::header::{COOKIE, HeaderValue, LOCATION, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};

use super::answers::Reply;

/// A longer answer is none of this API.
const BODY_MAX: usize = 1 << 20;
/// A host that does not take the connection by then is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client that follows no redirect: one to another place would carry our session there.
pub fn http(request_timeout: Duration) -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT.min(request_timeout / 2))
        .user_agent("ringfold")
        .build()
        .map_err(|why| format!("the HTTP client cannot start: {}", root(&why)))
}

/// The XML API's address for a base address that may name it already.
pub fn api_url(base_url: &str) -> Result<String, String> {
    let wrong = |why: &str| format!("{base_url:?} is not the CRM's address: {why}, like https://client1.rbs360.ru");
    let url = reqwest::Url::parse(base_url).map_err(|_| wrong("give a whole URL"))?;
    if !["http", "https"].contains(&url.scheme()) || url.host_str().is_none() {
        return Err(wrong("give an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("give it without user, query and fragment"));
    }
    let base = url.as_str().trim_end_matches('/').trim_end_matches("/api/xml");
    Ok(format!("{base}/api/xml/"))
}

/// Sends a document and waits until `deadline`.
pub async fn post(
    http: &reqwest::Client,
    url: &str,
    document: &str,
    session: Option<&Secret>,
    deadline: Instant,
) -> Reply {
    let mut request = http.post(url).form(&[("xml", document)]);
    if let Some(session) = session {
        match HeaderValue::from_str(&format!("sess_id={}", session.expose())) {
            Ok(mut cookie) => {
                cookie.set_sensitive(true);
                request = request.header(COOKIE, cookie);
            }
            Err(_) => return Reply::NotSent("the session id fits no cookie".to_owned()),
        }
    }
    match timeout_at(deadline, exchange(request)).await {
        Ok(reply) => reply,
        Err(_) => Reply::Lost("no answer in time".to_owned()),
    }
}

async fn exchange(request: reqwest::RequestBuilder) -> Reply {
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(why) if why.is_connect() || why.is_builder() => return Reply::NotSent(root(&why)),
        Err(why) => return Reply::Lost(root(&why)),
    };
    let status = response.status().as_u16();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (location, retry_after) = (header(LOCATION), header(RETRY_AFTER));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > BODY_MAX => return Reply::TooLong,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(why) => return Reply::Lost(format!("the answer broke off: {}", root(&why))),
        }
    }
    // An odd byte in some text must not hide the id that stands beside it.
    let body = String::from_utf8_lossy(&body).into_owned();
    Reply::Answer { status, location, retry_after, body }
}

/// The innermost cause: the outer ones only say that a request failed, and where to.
fn root(why: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = why;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if why.is_connect() { format!("no connection: {innermost}") } else { innermost.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_api_is_made_from_the_crms() {
        for base in ["https://c1.rbs360.ru", "https://c1.rbs360.ru/", "https://c1.rbs360.ru/api/xml/"] {
            assert_eq!(api_url(base).unwrap(), "https://c1.rbs360.ru/api/xml/");
        }
        assert_eq!(api_url("http://127.0.0.1:8080/box").unwrap(), "http://127.0.0.1:8080/box/api/xml/");
        for wrong in ["", "c1.rbs360.ru", "ftp://x", "https://u:p@x", "https://x?y=1"] {
            assert!(api_url(wrong).is_err(), "{wrong}");
        }
    }
}
