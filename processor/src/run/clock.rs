//! What no event tells: that a call's time is up.

use backbone::{Consumer, Error, Record};
use uuid::Uuid;

use super::{Processor, read_call};
use crate::end::presumed_end;

/// At most so many calls ended or dropped by the clock at once.
const BY_CLOCK_MAX: usize = 500;

impl Processor {
    /// Ends the calls whose time is up, and drops the state of those that are long over.
    pub(super) async fn by_clock(&mut self, reader: &mut dyn Consumer) -> Result<(), Error> {
        let now = self.clock.now();
        let mut words = Vec::new();
        let mut tombstones = Vec::new();
        for state in reader.due(now, BY_CLOCK_MAX).await? {
            let call = read_call(&state)?;
            if call.ended() {
                drop(self.known.take(&state.key));
                tombstones.push(Record { value: Vec::new(), due: None, id: Uuid::now_v7(), at: now, ..state });
            } else {
                self.metrics.presumed.inc();
                let word = presumed_end(&call, now);
                words.push(Record::raw(&word, word.receipt, word.received_at)?);
            }
        }
        if !words.is_empty() {
            self.backbone.log.append(words).await?;
        }
        if !tombstones.is_empty() {
            reader.commit(tombstones).await?;
        }
        Ok(())
    }
}
