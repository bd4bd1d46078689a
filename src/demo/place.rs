//! Where the demo keeps its data, and where it listens.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::exit::Exit;
use crate::output::tell;

/// A directory with nothing in it.
pub struct Place {
    dir: PathBuf,
    temporary: Option<TempDir>,
}

impl Place {
    /// The directory asked for, if nothing is in it, or a temporary one.
    pub fn take(asked: Option<&Path>) -> Result<Self, Exit> {
        let Some(dir) = asked else {
            let temporary = tempfile::Builder::new().prefix("ringfold-demo-").tempdir()?;
            return Ok(Self { dir: temporary.path().to_owned(), temporary: Some(temporary) });
        };
        let found = std::fs::read_dir(dir).map(|mut entries| entries.next().is_some());
        match found {
            Ok(false) => {}
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            Ok(true) => {
                let message = "is not empty, and a demo begins with nothing; give --data a new directory, or none";
                return Err(Exit::usage(format!("{} {message}", dir.display())));
            }
            Err(why) => {
                return Err(Exit::usage(format!("{} cannot be used: {why}; give --data another", dir.display())));
            }
        }
        Ok(Self { dir: dir.to_owned(), temporary: None })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// It goes away at the end.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// Removes it if it is temporary.
    pub fn close(self) {
        if let Some(temporary) = self.temporary
            && let Err(why) = temporary.close()
        {
            tell(&format!("{} was not removed: {why}", self.dir.display()));
        }
    }
}

/// The address to listen on: the usual one, or where another program has that and none was asked for, a free port.
pub fn address(usual: SocketAddr, asked: bool) -> SocketAddr {
    if asked || TcpListener::bind(usual).is_ok() {
        return usual;
    }
    SocketAddr::new(usual.ip(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_in_use_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let asked = dir.path().join("new");
        assert!(Place::take(Some(&asked)).is_ok_and(|place| !place.is_temporary()));
        assert!(Place::take(Some(dir.path())).is_ok());
        std::fs::write(dir.path().join("mine"), "x").unwrap();
        let refused = Place::take(Some(dir.path())).err().unwrap();
        assert_eq!(refused.status, crate::exit::Status::Usage);
        assert!(dir.path().join("mine").exists());
    }

    #[test]
    fn a_temporary_directory_goes_away() {
        let place = Place::take(None).unwrap();
        let dir = place.dir().to_owned();
        std::fs::write(dir.join("file"), "x").unwrap();
        place.close();
        assert!(!dir.exists());
    }

    #[test]
    fn a_taken_port_is_replaced_only_where_none_was_asked_for() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let usual = taken.local_addr().unwrap();
        assert_eq!(address(usual, false).port(), 0);
        assert_eq!(address(usual, true), usual);
    }
}
