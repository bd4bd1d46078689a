//! Where the server is and which token it takes: a data directory tells both, or the environment.

use std::path::Path;

use backbone::sealed::Secret;
use reqwest::Url;
use serde::Deserialize;

use crate::config::DATA_DIR;
use crate::exit::{Exit, Status};

/// What `up` leaves in its data directory while it runs.
#[derive(Deserialize)]
struct File {
    url: String,
    token_file: String,
}

/// Where to ask, and as whom.
pub struct Server {
    /// The server's address.
    pub url: Url,
    /// The bearer token; without one the server itself says what is missing.
    pub token: Option<Secret>,
    /// What to say where nobody answers.
    pub unreachable: String,
}

impl Server {
    /// A directory named by a flag wins over the environment, which wins over the default directory.
    pub fn find(dir: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Exit> {
        let token = variable("RINGFOLD_TOKEN").map(Secret::new);
        match (dir, variable("RINGFOLD_SERVER")) {
            (Some(dir), _) => Self::in_directory(dir, None),
            (None, Some(url)) => {
                let unreachable = format!("the server that RINGFOLD_SERVER names, {url}, does not answer");
                Ok(Self { url: parse(&url, "RINGFOLD_SERVER")?, token, unreachable })
            }
            (None, None) => Self::in_directory(Path::new(DATA_DIR), token),
        }
    }

    fn in_directory(dir: &Path, token: Option<Secret>) -> Result<Self, Exit> {
        let shown = dir.display();
        let file = dir.join("server.json");
        let text = std::fs::read(&file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Exit::not_reachable(format!(
                "no Ringfold runs on {shown} (there is no server.json)\n\
                 next: start it with `ringfold up --data {shown}`, name its directory with --data, or set RINGFOLD_SERVER \
                 and RINGFOLD_TOKEN"
            )),
            _ => unreadable(&file, &error),
        })?;
        let told: File = serde_json::from_slice(&text)
            .map_err(|error| Exit::failed(format!("{} cannot be read: {error}", file.display())))?;
        let token = if let Some(token) = token {
            token
        } else {
            let file = dir.join(&told.token_file);
            Secret::new(std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?.trim())
        };
        Ok(Self {
            url: parse(&told.url, &file.display().to_string())?,
            token: Some(token),
            unreachable: format!("the Ringfold of {shown} does not answer; is it still running?"),
        })
    }
}

fn parse(url: &str, place: &str) -> Result<Url, Exit> {
    let wrong = || Exit::usage(format!("{place} says {url:?}, which is not the address of a server: http://HOST:PORT"));
    Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()).ok_or_else(wrong)
}

fn unreadable(file: &Path, error: &std::io::Error) -> Exit {
    let status = match error.kind() {
        std::io::ErrorKind::PermissionDenied => Status::NotAllowed,
        _ => Status::Failed,
    };
    Exit::new(status, format!("{} cannot be read: {error}\nnext: run this as the user that runs `up`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn both(name: &str) -> Option<String> {
        match name {
            "RINGFOLD_SERVER" => Some("https://calls.example/ringfold".to_owned()),
            "RINGFOLD_TOKEN" => Some("from-variable".to_owned()),
            _ => None,
        }
    }

    fn failed(dir: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Exit {
        let Err(exit) = Server::find(dir, variable) else { panic!("a server was found") };
        exit
    }

    #[test]
    fn a_directory_tells_address_and_token() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("server.json"), r#"{"url": "http://127.0.0.1:81", "token_file": "api-token"}"#)
            .unwrap();
        std::fs::write(dir.path().join("api-token"), "from-file\n").unwrap();
        for variable in [nothing as fn(&str) -> _, both] {
            let server = Server::find(Some(dir.path()), variable).unwrap_or_else(|exit| panic!("{exit:?}"));
            assert_eq!(server.url.as_str(), "http://127.0.0.1:81/");
            assert_eq!(server.token.unwrap().expose(), "from-file");
        }
    }

    #[test]
    fn the_environment_tells_both_too() {
        let server = Server::find(None, both).unwrap_or_else(|exit| panic!("{exit:?}"));
        assert_eq!(server.url.as_str(), "https://calls.example/ringfold");
        assert_eq!(server.token.unwrap().expose(), "from-variable");
    }

    #[test]
    fn without_a_server_it_says_how_to_get_one() {
        let dir = tempfile::tempdir().unwrap();
        let exit = failed(Some(dir.path()), nothing);
        assert_eq!(exit.status, Status::NotReachable);
        assert!(exit.message.contains("ringfold up --data") && exit.message.contains("RINGFOLD_SERVER"));
        assert_eq!(failed(None, |_| Some("calls.example".to_owned())).status, Status::Usage);
    }
}
