//! The copy on disk: keyed hashes and what is known of each source, readable by its owner only, replaced whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use backbone::sealed::SecretKey;
use schemas::Source;
use serde::{Deserialize, Serialize};

use super::{SOURCES_MAX, Sources};

/// Far more than the largest copy takes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// No webhook secret is as this: its fingerprint tells which key the file was written with.
const KEY_CHECK: &str = "\0which key";

#[derive(Serialize, Deserialize)]
struct Copy<S> {
    key_check: String,
    sources: Vec<Entry<S>>,
}

#[derive(Serialize, Deserialize)]
struct Entry<S> {
    fingerprint: String,
    source: S,
}

/// What the file holds; nothing where there is none, or where it is of no use.
pub fn load(path: &Path, key: &SecretKey) -> Sources {
    let useless = |why: &str| {
        let path = path.display();
        tracing::error!(%path, why, "the saved list of sources is of no use; it is written again when the store answers");
        Sources::new()
    };
    let text = match read(path) {
        Ok(text) => text,
        Err(why) if why.kind() == ErrorKind::NotFound => return Sources::new(),
        Err(why) => return useless(&why.to_string()),
    };
    match serde_json::from_str::<Copy<Source>>(&text) {
        Ok(copy) if copy.key_check != key.fingerprint(KEY_CHECK) => useless("it was written with another secret key"),
        Ok(copy) => {
            let known = copy.sources.into_iter().take(SOURCES_MAX);
            known.map(|entry| (entry.fingerprint, Arc::new(entry.source))).collect()
        }
        // What serde says may repeat what it read.
        Err(why) => useless(&format!("it is damaged in line {}, column {}", why.line(), why.column())),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// Replaces the file: after a crash it is the old one or the new one.
pub fn save(path: &Path, key: &SecretKey, sources: &Sources) -> io::Result<()> {
    let entry = |(fingerprint, source): (&String, &Arc<Source>)| Entry {
        fingerprint: fingerprint.clone(),
        source: Source::clone(source),
    };
    let copy = Copy { key_check: key.fingerprint(KEY_CHECK), sources: sources.iter().map(entry).collect() };
    let text = serde_json::to_vec(&copy)?;
    let fresh = path.with_extension("json.new");
    // One that a crash left may have other permissions.
    match fs::remove_file(&fresh) {
        Err(why) if why.kind() != ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&fresh)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}
