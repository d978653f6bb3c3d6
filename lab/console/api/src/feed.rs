//! The latest snapshot of one piece of state, published to all subscribers.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

/// A state with its JSON, which is serialized once for all event streams.
#[derive(Debug)]
pub(crate) struct Snapshot<T> {
    pub(crate) value: T,
    pub(crate) json: String,
}

/// Holds the latest snapshot, `None` before the first one; cheap to clone.
#[derive(Debug)]
pub(crate) struct Feed<T>(watch::Sender<Option<Arc<Snapshot<T>>>>);

/// Wakes on each new snapshot. A slow subscriber skips snapshots, never the latest one.
pub(crate) type Receiver<T> = watch::Receiver<Option<Arc<Snapshot<T>>>>;

impl<T> Default for Feed<T> {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl<T> Clone for Feed<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Serialize> Feed<T> {
    /// Replaces the snapshot, and wakes subscribers if its JSON differs from the previous one's.
    pub(crate) fn publish(&self, value: T) {
        let json = serde_json::to_string(&value).expect("the console's views serialize to JSON");
        self.0.send_if_modified(|latest| {
            let changed = latest.as_ref().is_none_or(|previous| previous.json != json);
            *latest = Some(Arc::new(Snapshot { value, json }));
            changed
        });
    }

    pub(crate) fn latest(&self) -> Option<Arc<Snapshot<T>>> {
        self.0.borrow().clone()
    }

    /// The current snapshot counts as seen: read it first, then wait for changes.
    pub(crate) fn subscribe(&self) -> Receiver<T> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_subscribers_only_when_the_json_changes() {
        let feed = Feed::default();
        let mut receiver = feed.subscribe();
        assert!(feed.latest().is_none() && !receiver.has_changed().unwrap());
        feed.publish([1, 2]);
        assert!(receiver.has_changed().unwrap());
        let snapshot = receiver.borrow_and_update().clone().unwrap();
        assert_eq!((snapshot.value, snapshot.json.as_str()), ([1, 2], "[1,2]"));
        feed.publish([1, 2]);
        assert!(!receiver.has_changed().unwrap());
        feed.publish([1, 3]);
        assert!(receiver.has_changed().unwrap());
    }
}
