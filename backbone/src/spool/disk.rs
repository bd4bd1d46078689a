//! What the spool asks of a disk when it writes: little enough that a disk which fails can be put in its place.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Where segments are made. Called from one thread, which may be blocked.
pub trait Disk: Send + 'static {
    /// Makes a file that must not exist yet, readable by its owner only; it is in its directory durably.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Sheet>>;

    /// Opens a file to add to it, making it where it is missing, as [`Self::create`] does.
    fn extend(&self, path: &Path) -> io::Result<Box<dyn Sheet>>;
}

/// A file that is only ever added to.
pub trait Sheet: Send {
    /// Adds bytes; they are durable only after [`Self::sync`].
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits until everything added is on the disk. After an error nothing is known of what was added since the last success.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file to so many bytes.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
}

/// The machine's own.
#[derive(Debug, Clone, Copy)]
pub struct LocalDisk;

impl Disk for LocalDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Sheet>> {
        open(path, OpenOptions::new().create_new(true))
    }

    fn extend(&self, path: &Path) -> io::Result<Box<dyn Sheet>> {
        open(path, OpenOptions::new().create(true))
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<Box<dyn Sheet>> {
    let file = options.append(true).mode(0o600).open(path)?;
    path.parent().map_or(Ok(()), sync_dir)?;
    Ok(Box::new(file))
}

/// Makes durable which files a directory has.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

impl Sheet for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)?;
        self.sync_all()
    }
}
