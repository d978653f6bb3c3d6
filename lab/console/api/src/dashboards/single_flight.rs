//! Deduplicates concurrent queries: many panels and browser tabs send the same ones at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::OnceCell;

/// The calls in flight by their key. A result is kept only while a caller holds it.
#[derive(Debug)]
pub(super) struct SingleFlight<T>(Mutex<HashMap<String, Weak<OnceCell<T>>>>);

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> SingleFlight<T> {
    /// Runs `call`, or waits for the call with the same key in flight. If the running call is cancelled, the next waiting
    /// one runs.
    pub(super) async fn call(&self, key: String, call: impl Future<Output = T>) -> T {
        let cell = self.cell(key);
        cell.get_or_init(|| call).await.clone()
    }

    fn cell(&self, key: String) -> Arc<OnceCell<T>> {
        let mut calls = self.0.lock();
        if let Some(cell) = calls.get(&key).and_then(Weak::upgrade) {
            return cell;
        }
        calls.retain(|_, cell| cell.strong_count() > 0);
        let cell = Arc::new(OnceCell::new());
        calls.insert(key, Arc::downgrade(&cell));
        cell
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn concurrent_calls_share_one_result_and_later_calls_run_again() {
        let (flights, runs, go) = (SingleFlight::default(), AtomicU32::new(0), Notify::new());
        let run = async || {
            go.notified().await;
            runs.fetch_add(1, Ordering::Relaxed) + 1
        };
        let call = |key: &str| flights.call(key.to_owned(), run());
        let (first, second, other, ()) = tokio::join!(call("a"), call("a"), call("b"), async {
            go.notify_one();
            tokio::task::yield_now().await;
            go.notify_one();
        });
        assert_eq!((first, second, other), (1, 1, 2));
        go.notify_one();
        assert_eq!(call("a").await, 3);
    }

    #[tokio::test]
    async fn a_cancelled_call_does_not_fail_the_others() {
        let flights = SingleFlight::default();
        let mut cancelled = Box::pin(flights.call("a".to_owned(), std::future::pending::<u32>()));
        assert!(is_pending(&mut cancelled).await);
        let other = flights.call("a".to_owned(), async { 7 });
        let (result, ()) = tokio::join!(other, async { drop(cancelled) });
        assert_eq!(result, 7);
    }

    /// Polls the future once.
    async fn is_pending(future: &mut (impl Future<Output = u32> + Unpin)) -> bool {
        tokio::select! {
            biased;
            _ = future => false,
            () = std::future::ready(()) => true,
        }
    }
}
