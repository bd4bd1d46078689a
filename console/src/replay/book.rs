//! The replays of each connection, where every process finds them: one at a time, and the last ones that came to their end.

use backbone::Error;
use backbone::memos::{Memo, Memos};
use backbone::sealed::Secret;
use schemas::ConnectionId;
use serde::{Deserialize, Serialize};

use super::Replay;

/// How many that came to their end are remembered.
const REMEMBERED: usize = 20;
/// Tries of a change that others were quicker with.
const TRIES: u32 = 20;
const NAMES: &str = "replay/";

/// The replays of one connection, the last first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// At most one of them goes on: the first.
    pub replays: Vec<Replay>,
}

impl Book {
    /// The one that goes on.
    pub fn current(&self) -> Option<&Replay> {
        self.replays.first().filter(|replay| replay.goes_on())
    }

    /// Begins one; the one that goes on stays the only one.
    pub fn begin(&mut self, replay: Replay) {
        if self.current().is_none() {
            self.replays.insert(0, replay);
            self.replays.truncate(REMEMBERED);
        }
    }

    /// Changes one by its id; says whether there is such a one that goes on.
    pub fn change(&mut self, id: &str, change: impl FnOnce(&mut Replay)) -> bool {
        let current = self.replays.first_mut().filter(|replay| replay.id == id && replay.goes_on());
        current.map(change).is_some()
    }
}

/// All of them.
pub struct Books<'a>(pub &'a dyn Memos);

impl Books<'_> {
    /// Of one connection.
    pub async fn of(&self, connection: &ConnectionId) -> Result<Book, Error> {
        Ok(self.read(connection).await?.0)
    }

    /// Of every connection that ever had one. What cannot be read holds up no other's.
    pub async fn all(&self) -> Result<Vec<Book>, Error> {
        let mut books = Vec::new();
        for memo in self.0.under(NAMES).await? {
            match book(&memo) {
                Ok(book) => books.push(book),
                Err(why) => tracing::warn!(error = %why, "replays cannot be read, they are passed over"),
            }
        }
        Ok(books)
    }

    /// Changes a book: `change` is carried out on what stands, again where somebody else was quicker.
    pub async fn change<T>(
        &self,
        connection: &ConnectionId,
        mut change: impl FnMut(&mut Book) -> T,
    ) -> Result<(T, Book), Error> {
        for _ in 0..TRIES {
            let (before, version) = self.read(connection).await?;
            let mut after = before.clone();
            let said = change(&mut after);
            if after == before {
                return Ok((said, after));
            }
            let text = serde_json::to_string(&after).map_err(|why| Error::Invalid(why.to_string()))?;
            if self.0.write(&name(connection), &Secret::new(text), version).await? {
                return Ok((said, after));
            }
        }
        Err(Error::Unavailable {
            part: "store",
            why: format!("the replays of {connection} are being changed by others"),
        })
    }

    async fn read(&self, connection: &ConnectionId) -> Result<(Book, i64), Error> {
        match self.0.read(&name(connection)).await? {
            Some(memo) => Ok((book(&memo)?, memo.version)),
            None => Ok((Book::default(), 0)),
        }
    }
}

fn name(connection: &ConnectionId) -> String {
    format!("{NAMES}{connection}")
}

fn book(memo: &Memo) -> Result<Book, Error> {
    serde_json::from_str(memo.value.expose()).map_err(|why| Error::Unreadable(format!("{}: {why}", memo.name)))
}

#[cfg(test)]
mod tests {
    use backbone::ledger::Waiting;
    use backbone::memos::Volatile;
    use schemas::Timestamp;

    use super::*;
    use crate::replay::Which;

    #[tokio::test]
    async fn what_cannot_be_read_holds_up_no_other_replay() {
        let memos = Volatile::default();
        assert!(memos.write("replay/a", &Secret::new("of another version"), 0).await.unwrap());
        let (connection, now): (ConnectionId, _) = ("b".parse().unwrap(), Timestamp::UNIX_EPOCH);
        let which = Which {
            connection: connection.clone(),
            sources: vec![],
            since: now,
            until: now,
            call: None,
            waiting: Waiting::Left,
        };
        let replay = Replay::begin("1".to_owned(), which, now);
        let books = Books(&memos);
        books.change(&connection, |book| book.begin(replay.clone())).await.unwrap();
        let all = books.all().await.unwrap();
        assert_eq!(all.iter().filter_map(Book::current).collect::<Vec<_>>(), [&replay]);
        assert!(books.of(&"a".parse().unwrap()).await.is_err(), "of which nothing is known, nothing is said");
    }
}
