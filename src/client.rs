//! The HTTP API of a running `up` or `console`, seen from the command: where it is, the token, one request. Knows no
//! subcommand; what goes over it is [`console::wire`].

mod server;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use console::wire;
use reqwest::{Method, RequestBuilder, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::server::Server;
use crate::exit::Exit;
use crate::problem;

const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// Outlasts the server's own deadlines, also that of a check, which waits for a CRM.
const REQUEST_DEADLINE: Duration = Duration::from_secs(90);
/// A page of a thousand calls with all their words is far below this.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Which running Ringfold a command is for.
#[derive(Debug, Clone, Default, Args)]
pub struct Target {
    /// The data directory of the running `up` [default: what `RINGFOLD_SERVER` says, or ./ringfold-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// A running Ringfold.
pub struct Client {
    http: reqwest::Client,
    server: Server,
}

impl Client {
    /// Finds the server and its token.
    pub fn find(target: &Target) -> Result<Self, Exit> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::new(Server::find(target.data.as_deref(), variable)?)
    }

    /// A server that a test runs.
    #[cfg(test)]
    pub fn of(url: Url) -> Self {
        let server =
            Server { url, token: Some(backbone::sealed::Secret::new("t0ken")), unreachable: "nobody".to_owned() };
        Self::new(server).unwrap_or_else(|exit| panic!("{exit:?}"))
    }

    fn new(server: Server) -> Result<Self, Exit> {
        Ok(Self { http: http(&server.url, CONNECT_DEADLINE, REQUEST_DEADLINE)?, server })
    }

    /// Asks for something. Segments are the parts of the path below `/api/v1`; what is in them is no slash of the path.
    pub async fn get<T: DeserializeOwned>(&self, segments: &[&str], query: &impl Serialize) -> Result<T, Exit> {
        let (asked, request) = self.request(Method::GET, segments)?;
        read(&asked, &self.send(&asked, request.query(query)).await?)
    }

    /// Asks for a text.
    pub async fn text(&self, segments: &[&str]) -> Result<String, Exit> {
        let (asked, request) = self.request(Method::GET, segments)?;
        let body = self.send(&asked, request).await?;
        String::from_utf8(body).map_err(|_| Exit::failed(format!("{asked} was answered with what is no text")))
    }

    /// Has something done, and reads what came of it.
    pub async fn post<T: DeserializeOwned>(&self, segments: &[&str], body: &impl Serialize) -> Result<T, Exit> {
        let (asked, request) = self.request(Method::POST, segments)?;
        read(&asked, &self.send(&asked, request.json(body)).await?)
    }

    /// Has something put in the place of what was there, and reads what came of it.
    pub async fn put<T: DeserializeOwned>(&self, segments: &[&str], body: &impl Serialize) -> Result<T, Exit> {
        let (asked, request) = self.request(Method::PUT, segments)?;
        read(&asked, &self.send(&asked, request.json(body)).await?)
    }

    /// Writes accounts, or says what that would change.
    pub async fn apply(&self, apply: &wire::Apply) -> Result<wire::Applied, Exit> {
        self.put(&["accounts"], apply).await
    }

    fn request(&self, method: Method, segments: &[&str]) -> Result<(String, RequestBuilder), Exit> {
        let url = address(&self.server.url, segments)?;
        let asked = format!("{method} {url}");
        let request = self.http.request(method, url);
        Ok((
            asked,
            match &self.server.token {
                Some(token) => request.bearer_auth(token.expose()),
                None => request,
            },
        ))
    }

    async fn send(&self, asked: &str, request: RequestBuilder) -> Result<Vec<u8>, Exit> {
        let lost = |error: &reqwest::Error| {
            Exit::not_reachable(format!("{} ({asked}): {}", self.server.unreachable, reason(error)))
        };
        let mut response = request.send().await.map_err(|error| lost(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Exit::failed(format!("{asked} was answered with more than 64 MiB; ask with a --limit")));
            }
            body.extend_from_slice(&chunk);
        }
        let status = response.status();
        if status.is_success() { Ok(body) } else { Err(problem::exit(status.as_u16(), &body, asked)) }
    }
}

/// An HTTP client for `url` that follows no redirect (it would carry the token elsewhere).
pub fn http(url: &Url, connect: Duration, whole: Duration) -> Result<reqwest::Client, Exit> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("ringfold/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect)
        .timeout(whole);
    // What runs on this machine is never reached by way of a proxy.
    let builder = if is_local(url) { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Exit::failed(format!("no HTTP client could be made: {}", reason(&error))))
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// The innermost reason of an error: the outer ones only say that a request failed.
pub fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    reason.to_string()
}

fn address(base: &Url, segments: &[&str]) -> Result<Url, Exit> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Exit::usage(format!("{base} is not the address of a server")))?
        .pop_if_empty()
        .extend(["api", "v1"])
        .extend(segments);
    Ok(url)
}

fn read<T: DeserializeOwned>(asked: &str, body: &[u8]) -> Result<T, Exit> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        Exit::failed(format!(
            "{asked} was answered with what this version does not know ({error}); is it as new as this?"
        ))
    })
}

#[cfg(test)]
mod tests;
