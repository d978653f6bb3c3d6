//! The newest state of one thing, for whoever follows it.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

/// A state and its JSON, which is made once for all streams.
#[derive(Debug)]
pub(crate) struct State<T> {
    pub(crate) value: T,
    pub(crate) json: String,
}

/// Holds the newest state; none before the first is published.
#[derive(Debug)]
pub(crate) struct Newest<T>(watch::Sender<Option<Arc<State<T>>>>);

/// Wakes for each new state; may skip some, never the newest.
pub(crate) type Receiver<T> = watch::Receiver<Option<Arc<State<T>>>>;

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl<T: Serialize> Newest<T> {
    /// Replaces the state, and wakes those who follow it if its JSON is another.
    pub(crate) fn publish(&self, value: T) {
        let json = serde_json::to_string(&value).expect("strings and numbers have a JSON form");
        self.0.send_if_modified(|newest| {
            let changed = newest.as_ref().is_none_or(|before| before.json != json);
            *newest = Some(Arc::new(State { value, json }));
            changed
        });
    }

    pub(crate) fn now(&self) -> Option<Arc<State<T>>> {
        self.0.borrow().clone()
    }

    /// The present state counts as seen: look at it first, then wait for changes.
    pub(crate) fn subscribe(&self) -> Receiver<T> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_another_state_wakes() {
        let newest = Newest::default();
        let mut receiver = newest.subscribe();
        assert!(newest.now().is_none() && !receiver.has_changed().unwrap());
        newest.publish([1, 2]);
        assert!(receiver.has_changed().unwrap());
        let seen = receiver.borrow_and_update().clone().unwrap();
        assert_eq!((seen.value, seen.json.as_str()), ([1, 2], "[1,2]"));
        newest.publish([1, 2]);
        assert!(!receiver.has_changed().unwrap());
        newest.publish([1, 3]);
        assert!(receiver.has_changed().unwrap());
    }
}
