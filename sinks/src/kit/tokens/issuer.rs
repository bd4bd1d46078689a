//! The connector's side: how its CRM is asked for tokens.

use std::time::Duration;

use backbone::sealed::Secret;
use tokio::time::Instant;

use crate::connector::Answer;
use crate::failure::Failure;

/// What a CRM gave.
#[derive(Clone)]
pub struct Granted {
    /// The token that goes with requests.
    pub access: Secret,
    /// How long it may be used; nothing: until it is refused.
    pub lives: Option<Duration>,
    /// Where the refresh token is spent by its use: the next one.
    pub refresh: Option<Secret>,
}

/// What became of asking.
pub struct Asked {
    /// What the CRM said.
    pub said: Result<Granted, Failure>,
    /// It may have counted the request, or taken the refresh token as spent.
    pub counts: bool,
}

/// How a connector asks its CRM.
pub trait Issuer: Send + Sync + 'static {
    /// Asks once, by the deadline; `refresh` is the newest one-time token, where there are such.
    fn ask<'a>(&'a self, refresh: Option<&'a Secret>, deadline: Instant) -> Answer<'a, Asked>;

    /// What a person gave to begin with.
    fn given(&self) -> Option<Granted> {
        None
    }

    /// So many may be asked for in so long.
    fn quota(&self) -> Option<(usize, Duration)> {
        None
    }
}
