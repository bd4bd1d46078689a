//! Who is there, as one worker sees it. Pure.
//!
//! A look is: say that one is there, then see who else is. What it shows holds for [`HOLDS`] from its beginning; a newcomer that sees
//! others waits as long after its word stands, so each of them has seen it or holds nothing any more. Whoever was not heard of for
//! [`GONE`] holds nothing either, and no longer counts.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::engine::pace::Share;

/// So long holds what a look shows.
pub const HOLDS: Duration = Duration::from_secs(3);
/// So long after it was heard of last a worker is gone. Longer than what it saw itself can hold.
const GONE: Duration = Duration::from_secs(5);

/// A worker's name, and how often it said that it is there.
pub type Word = (String, i64);

/// When each of the others was heard of last.
#[derive(Debug, Default)]
pub struct Roll {
    heard: HashMap<String, (i64, Instant)>,
    share: Option<Share>,
}

impl Roll {
    /// A look that began at `began`, whose word stood at `stood`, and that saw after that, and by `now`, what others had said. Says what is this worker's part, and whose
    /// word may be removed.
    pub fn look(&mut self, began: Instant, stood: Instant, now: Instant, others: Vec<Word>) -> (Share, Vec<Word>) {
        let before = std::mem::take(&mut self.heard);
        let heard = |(name, word): Word| match before.get(&name) {
            Some((same, at)) if *same == word => (name, (word, *at)),
            _ => (name, (word, now)),
        };
        let (there, gone): (Vec<_>, Vec<_>) =
            others.into_iter().map(heard).partition(|(_, (_, at))| stood < *at + GONE);
        let workers = u32::try_from(there.len()).unwrap_or(u32::MAX).saturating_add(1);
        // While its part held without a break, the others had no cause to take it for gone.
        let from = match self.share {
            Some(share) if share.until.is_some_and(|until| stood < until) => share.from,
            _ if there.is_empty() => now,
            _ => stood + HOLDS,
        };
        let share = Share { workers, from, until: Some(began + HOLDS) };
        self.share = Some(share);
        self.heard = there.into_iter().collect();
        (share, gone.into_iter().map(|(name, (word, _))| (name, word)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn word(name: &str, said: i64) -> Word {
        (name.to_owned(), said)
    }

    #[test]
    fn a_newcomer_waits_until_the_others_know_and_goes_on_without_a_break() {
        let (begun, mut roll) = (Instant::now(), Roll::default());
        let (share, _) = roll.look(begun, begun + SECOND, begun + 2 * SECOND, vec![word("other", 7)]);
        let first = Share { workers: 2, from: begun + SECOND + HOLDS, until: Some(begun + HOLDS) };
        assert_eq!(share, first, "it may not send before what the others saw without it is over");
        let again = begun + 2 * SECOND;
        let (share, _) = roll.look(again, again, again, vec![word("other", 8)]);
        assert_eq!(share, Share { until: Some(again + HOLDS), ..first });
        // Its word came too late: the others may have taken it for gone.
        let late = again + HOLDS;
        let (share, _) = roll.look(late, late, late, vec![word("other", 9)]);
        assert_eq!(share.from, late + HOLDS);
    }

    #[test]
    fn who_is_alone_goes_at_once_and_who_is_silent_is_gone() {
        let (begun, mut roll) = (Instant::now(), Roll::default());
        let (share, gone) = roll.look(begun, begun, begun, Vec::new());
        assert_eq!((share.workers, share.from, gone.len()), (1, begun, 0));
        let mut look = |seconds: u32, said| {
            let now = begun + seconds * SECOND;
            let (share, gone) = roll.look(now, now, now, vec![word("other", said)]);
            (share.workers, gone)
        };
        assert_eq!(look(1, 1), (2, vec![]));
        assert_eq!(look(3, 2), (2, vec![]));
        assert_eq!(look(7, 2), (2, vec![]), "it said something 4 s ago");
        assert_eq!(look(8, 2), (1, vec![word("other", 2)]), "and nothing for 5 s");
    }
}
