//! What can go wrong with a backbone, as far as its users act differently on it.

/// An error of the log, the queue or the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// It cannot be reached or answer now; the same call may work later.
    #[error("the {part} is not available: {why}")]
    Unavailable {
        /// `log`, `queue`, `store`, `spool` or `data directory`.
        part: &'static str,
        /// In words.
        why: String,
    },
    /// There is no room to write.
    #[error("no space left for the {part}: {why}")]
    Full {
        /// `log`, `queue`, `store` or `spool`.
        part: &'static str,
        /// In words.
        why: String,
    },
    /// The lease under which the caller worked is somebody else's now: stop, and leave the rest to them.
    #[error("the lease on {0} was lost")]
    LeaseLost(String),
    /// What was given cannot be kept.
    #[error("{0}")]
    Invalid(String),
    /// What is stored cannot be read: a newer version wrote it, another key sealed it, or it is damaged.
    #[error("what is stored cannot be read: {0}")]
    Unreadable(String),
    /// The data directory is in use.
    #[error("the data directory {dir} is in use by another process; stop it, or give --data another directory")]
    InUse {
        /// The directory.
        dir: String,
    },
}

impl Error {
    /// The same call may work later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Full { .. })
    }
}
