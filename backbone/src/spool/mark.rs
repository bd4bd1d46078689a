//! How far the spool is drained, in a small file of its own: written over in place and synced. Where it is torn, the oldest
//! segment is brought to the log once more, which does no harm.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::crc::crc32;

/// A place between two records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the segment.
    pub segment: u64,
    /// Bytes from its beginning.
    pub offset: u64,
}

/// The file.
pub struct Mark(File);

impl Mark {
    /// Opens or makes it; the place is the beginning of everything where none was written whole.
    pub fn open(path: &Path) -> io::Result<(Self, Place)> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut bytes = [0; 20];
        let whole = file.read_exact_at(&mut bytes, 0).is_ok();
        let place = if whole { place(&bytes) } else { None };
        Ok((Self(file), place.unwrap_or_default()))
    }

    /// Writes and syncs a place.
    pub fn set(&self, place: Place) -> io::Result<()> {
        let (segment, offset) = (place.segment.to_le_bytes(), place.offset.to_le_bytes());
        let crc = crc32(&[&segment, &offset]).to_le_bytes();
        self.0.write_all_at(&[&segment[..], &offset, &crc].concat(), 0)?;
        self.0.sync_data()
    }
}

fn place(bytes: &[u8; 20]) -> Option<Place> {
    let (numbers, crc) = bytes.split_at(16);
    let number = |at: usize| Some(u64::from_le_bytes(numbers.get(at..at + 8)?.try_into().ok()?));
    let whole = crc32(&[numbers]).to_le_bytes() == crc;
    if whole { Some(Place { segment: number(0)?, offset: number(8)? }) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b6_a_torn_mark_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("drained");
        let (mark, place) = Mark::open(&path).unwrap();
        assert_eq!(place, Place::default());
        let far = Place { segment: 3, offset: 70_000 };
        mark.set(far).unwrap();
        assert_eq!(Mark::open(&path).unwrap().1, far);
        let whole = std::fs::read(&path).unwrap();
        for byte in 0..whole.len() {
            let mut torn = whole.clone();
            torn[byte] ^= 1;
            std::fs::write(&path, torn).unwrap();
            assert_eq!(Mark::open(&path).unwrap().1, Place::default(), "{byte}");
            std::fs::write(&path, &whole[..byte]).unwrap();
            assert_eq!(Mark::open(&path).unwrap().1, Place::default(), "{byte}");
        }
    }
}
