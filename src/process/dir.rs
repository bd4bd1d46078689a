//! What a process keeps in its data directory besides what it works on: its name, its token, where it listens.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use backbone::sealed::{self, Secret};

use super::retry::refused;
use crate::exit::Exit;

const TOKEN_FILE: &str = "api-token";
const INSTANCE_FILE: &str = "instance";
/// Digits of a name: enough that no two processes of a company share one.
const INSTANCE_DIGITS: usize = 16;

/// The name by which servers know this process again after a restart: made once. Who copies a data directory copies the
/// name, and the two fence each other off: a directory is one process's.
pub fn instance(dir: &Path) -> Result<String, Exit> {
    let path = dir.join(INSTANCE_FILE);
    if let Ok(text) = fs::read_to_string(&path)
        && text.trim().len() == INSTANCE_DIGITS
    {
        return Ok(text.trim().to_owned());
    }
    let name = sealed::new_secret().map_err(refused)?.expose()[..INSTANCE_DIGITS].to_owned();
    let fresh = dir.join("instance.new");
    fs::write(&fresh, &name)?;
    fs::rename(fresh, path)?;
    Ok(name)
}

/// Whether so many bytes can be written in the directory.
pub fn has_room(dir: &Path, bytes: u64) -> std::io::Result<()> {
    let path = dir.join("room.try");
    let tried = File::create(&path).and_then(|mut file| {
        std::io::copy(&mut std::io::repeat(0).take(bytes), &mut file)?;
        file.sync_all()
    });
    fs::remove_file(path)?;
    tried
}

/// The token of the API, in a file that only its owner can read: the one that was given, or else one made once.
pub fn token(dir: &Path, given: Option<&Secret>) -> Result<Secret, Exit> {
    let path = dir.join(TOKEN_FILE);
    let kept =
        fs::read_to_string(&path).ok().filter(|text| text.trim().len() >= 16).map(|text| Secret::new(text.trim()));
    let token = match (given, kept) {
        (Some(given), Some(kept)) if *given == kept => return Ok(kept),
        (None, Some(kept)) => return Ok(kept),
        (Some(given), _) => given.clone(),
        (None, None) => sealed::new_secret().map_err(refused)?,
    };
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
    file.write_all(token.expose().as_bytes())?;
    Ok(token)
}

/// Tells the commands of this machine where to find the API.
pub fn announce(dir: &Path, address: SocketAddr) -> Result<(), Exit> {
    let mut reachable = address;
    if reachable.ip().is_unspecified() {
        reachable.set_ip(match reachable {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let text = serde_json::json!({"url": format!("http://{reachable}"), "token_file": TOKEN_FILE}).to_string();
    let fresh = dir.join("server.json.new");
    fs::write(&fresh, text)?;
    Ok(fs::rename(fresh, dir.join("server.json"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_name() {
        let dir = tempfile::tempdir().unwrap();
        let name = instance(dir.path()).unwrap();
        assert_eq!((name.len(), instance(dir.path()).unwrap()), (INSTANCE_DIGITS, name));
    }

    #[test]
    fn a_token_is_made_once_unless_one_is_given() {
        let dir = tempfile::tempdir().unwrap();
        let made = token(dir.path(), None).unwrap();
        assert!(token(dir.path(), None).unwrap() == made);
        let given = Secret::new("given-given-given");
        assert!(token(dir.path(), Some(&given)).unwrap() == given);
        assert_eq!(fs::read_to_string(dir.path().join(TOKEN_FILE)).unwrap(), given.expose());
    }
}
