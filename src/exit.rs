//! How the command ends: a status from the published table, and what to tell the person who ran it. Knows no subcommand.

use std::io;
use std::process::ExitCode;

/// The exit status: `ringfold --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Partly failed.
    Partly = 3,
    /// Not found.
    NotFound = 4,
    /// Not allowed.
    NotAllowed = 5,
    /// Not reachable.
    NotReachable = 6,
    /// Wrong configuration.
    Configuration = 78,
}

/// Why the command ends before its work is done: what happened, to what, and what to do next.
#[derive(Debug, PartialEq, Eq)]
pub struct Exit {
    /// The status.
    pub status: Status,
    /// For the person who ran it; empty where everything was said already.
    pub message: String,
}

impl Exit {
    /// Ends with a status and a message.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// It failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Status::Failed, message)
    }

    /// It was asked for in a wrong way.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// The configuration is wrong.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(Status::Configuration, message)
    }

    /// Something it needs does not answer.
    pub fn not_reachable(message: impl Into<String>) -> Self {
        Self::new(Status::NotReachable, message)
    }

    /// Tells the person, and gives the process its status.
    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            crate::output::tell(&format!("error: {}", self.message));
        }
        ExitCode::from(self.status as u8)
    }
}

impl From<io::Error> for Exit {
    /// Whoever reads our output may stop at any time (`| head`): that is no failure.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Status::Done, ""),
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<anyhow::Error> for Exit {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<io::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::failed(format!("{error:#}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_the_published_ones() {
        let published = [
            (Status::Done, 0),
            (Status::Failed, 1),
            (Status::Usage, 2),
            (Status::Partly, 3),
            (Status::NotFound, 4),
            (Status::NotAllowed, 5),
            (Status::NotReachable, 6),
            (Status::Configuration, 78),
        ];
        for (status, number) in published {
            assert_eq!(status as u8, number);
        }
    }

    #[test]
    fn a_broken_pipe_is_success() {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Exit::from(broken()), Exit::new(Status::Done, ""));
        assert_eq!(Exit::from(anyhow::Error::from(broken())), Exit::new(Status::Done, ""));
        assert_eq!(Exit::from(io::Error::other("disk on fire")).status, Status::Failed);
    }
}
