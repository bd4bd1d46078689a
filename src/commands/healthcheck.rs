//! `ringfold healthcheck`: whether a process is alive, for containers and for scripts that wait for it.

use std::time::{Duration, Instant};

use clap::Args;
use reqwest::Url;
use schemas::Span;

use crate::client;
use crate::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  ringfold healthcheck http://127.0.0.1:8080
  ringfold healthcheck http://127.0.0.1:8080/readyz --wait-for 60s";

const DEADLINE: Duration = Duration::from_secs(5);
const BETWEEN: Duration = Duration::from_millis(250);

/// What `healthcheck` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct HealthcheckArgs {
    /// Its address; `/healthz` is asked for, unless the address has a path
    pub url: Url,
    /// Ask again until it is alive, for so long
    #[arg(long, value_name = "TIME", default_value = "0")]
    pub wait_for: Span,
}

/// Asks, and again; nothing is printed where it is alive.
pub async fn run(args: HealthcheckArgs) -> Result<(), Exit> {
    let url = endpoint(args.url)?;
    let http = client::http(&url, DEADLINE, DEADLINE)?;
    let until = Instant::now() + args.wait_for.duration();
    loop {
        let why = match http.get(url.clone()).send().await {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => format!("it answered with status {}", response.status().as_u16()),
            Err(error) => client::reason(&error),
        };
        if Instant::now() + BETWEEN >= until {
            return Err(Exit::not_reachable(format!("{url} is not healthy: {why}")));
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

fn endpoint(mut url: Url) -> Result<Url, Exit> {
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Exit::usage(format!("{url} is not the address of a server: write http://HOST:PORT")));
    }
    if url.path() == "/" {
        url.set_path("/healthz");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Status;

    #[test]
    fn an_address_without_a_path_is_asked_for_its_health() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/healthz"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/healthz"),
            ("http://127.0.0.1:8080/readyz", "http://127.0.0.1:8080/readyz"),
        ] {
            assert_eq!(endpoint(url.parse().unwrap()).unwrap().as_str(), expected);
        }
        assert_eq!(endpoint("localhost:8080".parse().unwrap()).unwrap_err().status, Status::Usage);
    }

    #[tokio::test]
    async fn it_waits_until_somebody_answers_and_no_longer() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url: Url = format!("http://{address}").parse().unwrap();
        drop(listener);
        let ask = |wait_for| run(HealthcheckArgs { url: url.clone(), wait_for: Span::seconds(wait_for) });
        assert_eq!(ask(0).await.unwrap_err().status, Status::NotReachable);
        let server = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let listener = tokio::net::TcpListener::bind(address).await.unwrap();
            let router = axum::Router::new().route("/healthz", axum::routing::get(|| async {}));
            axum::serve(listener, router).await
        };
        tokio::select! {
            asked = ask(20) => assert_eq!(asked, Ok(())),
            ended = server => panic!("the server ended: {ended:?}"),
        }
    }
}
