//! Fair turns: what waits is taken one from each source in turn, so that a source with thousands waiting delays the others
//! by one each. Pure.

use std::collections::{HashMap, VecDeque};

use schemas::SourceId;

/// Queues by source; a source with nothing waiting takes no room. Bounded by who pushes.
pub struct Turns<T> {
    waiting: HashMap<SourceId, VecDeque<T>>,
    order: VecDeque<SourceId>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Turns<T> {
    /// Adds one at the end of its source's queue.
    pub fn push(&mut self, source: &SourceId, item: T) {
        if let Some(queue) = self.waiting.get_mut(source) {
            queue.push_back(item);
            return;
        }
        self.waiting.insert(source.clone(), VecDeque::from([item]));
        self.order.push_back(source.clone());
    }

    /// Takes up to `max`; the next call goes on with the source whose turn it then is.
    pub fn take(&mut self, max: usize) -> Vec<T> {
        let mut taken = Vec::new();
        while taken.len() < max
            && let Some(source) = self.order.pop_front()
        {
            let Some(queue) = self.waiting.get_mut(&source) else { continue };
            taken.extend(queue.pop_front());
            if queue.is_empty() {
                self.waiting.remove(&source);
            } else {
                self.order.push_back(source);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_take_turns_and_each_keeps_its_order() {
        let (a, b, c) = ("a".parse().unwrap(), "b".parse().unwrap(), "c".parse().unwrap());
        let mut turns = Turns::default();
        for n in 1..=4 {
            turns.push(&a, format!("a{n}"));
        }
        turns.push(&b, "b1".to_owned());
        assert_eq!(turns.take(2), ["a1", "b1"]);
        turns.push(&c, "c1".to_owned());
        turns.push(&b, "b2".to_owned());
        assert_eq!(turns.take(2), ["a2", "c1"]);
        assert_eq!(turns.take(9), ["b2", "a3", "a4"]);
        assert!(turns.take(9).is_empty());
        assert!(turns.waiting.is_empty() && turns.order.is_empty());
    }
}
