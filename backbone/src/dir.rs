//! A directory that is one process's.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use crate::Error;

/// Makes the directory where it is missing, and keeps every other process out of it until the file is dropped. Errors:
/// [`Error::InUse`], or [`Error::Unavailable`] where the system refuses it.
pub fn lock(dir: &Path) -> Result<File, Error> {
    let unusable = |why| unusable(dir, &why);
    // Clients' numbers stand in it: nobody else may read it.
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(unusable)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { dir: dir.display().to_string() }),
        Err(TryLockError::Error(why)) => Err(unusable(why)),
    }
}

/// The system refuses the directory or something in it.
pub(crate) fn unusable(dir: &Path, why: &io::Error) -> Error {
    Error::Unavailable { part: "data directory", why: format!("{} cannot be used: {why}", dir.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_one_processs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let held = lock(&path).unwrap();
        let refused = lock(&path).unwrap_err().to_string();
        assert!(refused.contains("in use by another process"), "{refused}");
        drop(held);
        lock(&path).unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let refused = lock(&dir.path().join("file")).unwrap_err().to_string();
        assert!(refused.starts_with("the data directory is not available: ") && refused.contains("file"), "{refused}");
    }
}
