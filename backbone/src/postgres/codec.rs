//! What PostgreSQL's errors mean, and texts as it can keep them.

use std::borrow::Cow;

use sqlx::migrate::MigrateError;

use crate::Error;

/// Why a try at a piece of work failed.
#[derive(Debug)]
pub enum Failure {
    /// The same work may go through at once: somebody else was in the way, or the connection was cut.
    Again(Error),
    /// Trying again at once is of no use.
    Final(Error),
}

impl Failure {
    /// For whoever called.
    pub fn into_error(self) -> Error {
        match self {
            Self::Again(why) | Self::Final(why) => why,
        }
    }
}

impl From<Error> for Failure {
    fn from(why: Error) -> Self {
        Self::Final(why)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(why: sqlx::Error) -> Self {
        match &why {
            sqlx::Error::Database(said) => said
                .code()
                .map_or_else(|| Self::Final(away(why.to_string())), |code| of_code(&code, format!("{said} ({code})"))),
            // Cut, perhaps while the answer was on its way.
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Self::Again(away(why.to_string())),
            _ => Self::Final(away(why.to_string())),
        }
    }
}

impl From<MigrateError> for Failure {
    fn from(why: MigrateError) -> Self {
        match why {
            MigrateError::Execute(why) | MigrateError::ExecuteMigration(why, _) => why.into(),
            why => Self::Final(Error::Unreadable(format!("the store's tables do not fit this version: {why}"))),
        }
    }
}

/// What a code of PostgreSQL (its appendix A) means here.
fn of_code(code: &str, why: String) -> Failure {
    match code {
        // Serialisation failure, deadlock, a lock not got in time, a server that stops.
        "40001" | "40P01" | "55P03" | "57P01" | "57P02" => Failure::Again(away(why)),
        "53100" => Failure::Final(Error::Full { part: "store", why }),
        "XX001" | "XX002" => Failure::Final(Error::Unreadable(why)),
        _ if code.starts_with("08") => Failure::Again(away(why)),
        // Data, or a rule on data, or a size; no later try makes them fit.
        _ if ["22", "23", "54"].iter().any(|class| code.starts_with(class)) => {
            Failure::Final(Error::Invalid(format!("the store cannot keep this: {why}")))
        }
        _ => Failure::Final(away(why)),
    }
}

/// Not to be had now.
pub fn away(why: impl Into<String>) -> Error {
    Error::Unavailable { part: "store", why: why.into() }
}

/// PostgreSQL's texts hold every character but NUL: it becomes the sign for what cannot be shown.
pub fn text(said: &str) -> Cow<'_, str> {
    if said.contains('\0') { Cow::Owned(said.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(said) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d6_codes_say_what_to_do() {
        for code in ["40001", "40P01", "55P03", "57P01", "08006"] {
            assert!(matches!(of_code(code, String::new()), Failure::Again(Error::Unavailable { .. })), "{code}");
        }
        for code in ["53300", "57014", "42P01", "28P01"] {
            assert!(matches!(of_code(code, String::new()), Failure::Final(Error::Unavailable { .. })), "{code}");
        }
        assert!(matches!(of_code("53100", String::new()), Failure::Final(Error::Full { .. })));
        assert!(matches!(of_code("22021", String::new()), Failure::Final(Error::Invalid(_))));
        assert!(matches!(of_code("XX001", String::new()), Failure::Final(Error::Unreadable(_))));
    }
}
