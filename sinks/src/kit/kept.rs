//! What a CRM said last of something that seldom changes: its users, its fields.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;

/// How long it is believed.
const BELIEVED: Duration = Duration::from_mins(5);

/// Believed for five minutes; whoever finds it older asks for all.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Option<(T, Instant)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Kept<T> {
    /// What was said, or what the CRM says now. A failure is not kept. Another who asks is waited for until `deadline`.
    pub async fn get(&self, deadline: Instant, ask: impl AsyncFnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let late =
            |_| Failure::Unavailable("the same question is on its way to the CRM and takes all the time".to_owned());
        let mut kept = timeout_at(deadline, self.0.lock()).await.map_err(late)?;
        if let Some((said, at)) = &*kept
            && at.elapsed() < BELIEVED
        {
            return Ok(said.clone());
        }
        let said = ask().await?;
        *kept = Some((said.clone(), Instant::now()));
        Ok(said)
    }

    /// What was said, however old; it is asked for again next time.
    pub async fn forget(&self) -> Option<T> {
        self.0.lock().await.take().map(|(said, _)| said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test]
    async fn it_is_asked_for_once_until_it_is_old_or_forgotten() {
        let (kept, asked) = (Kept::default(), std::cell::Cell::new(0));
        let get = async || {
            kept.get(soon(), async || {
                asked.set(asked.get() + 1);
                Ok(asked.get())
            })
            .await
        };
        assert_eq!((get().await, get().await), (Ok(1), Ok(1)));
        assert_eq!(kept.forget().await, Some(1));
        assert_eq!(get().await, Ok(2));
        let refused =
            kept.0.lock().await.take().map(|_| kept.get(soon(), async || Err(Failure::Unavailable(String::new()))));
        assert!(refused.unwrap().await.is_err());
        assert_eq!(get().await, Ok(3));
        *kept.0.lock().await = Some((7, Instant::now().checked_sub(BELIEVED).unwrap()));
        assert_eq!(get().await, Ok(4));
    }
}
