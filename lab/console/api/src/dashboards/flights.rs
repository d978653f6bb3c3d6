//! Identical queries at the same time are one: many panels and many tabs ask the same.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::OnceCell;

/// What is in flight, by what is asked. An answer lives as long as somebody holds it.
#[derive(Debug)]
pub(super) struct Flights<T>(Mutex<HashMap<String, Weak<OnceCell<T>>>>);

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Flights<T> {
    /// The answer to `key`: of the `ask` in flight if there is one, else of this. Should the one who asks leave, the
    /// next one asks.
    pub(super) async fn join(&self, key: String, ask: impl Future<Output = T>) -> T {
        let cell = self.cell(key);
        cell.get_or_init(|| ask).await.clone()
    }

    fn cell(&self, key: String) -> Arc<OnceCell<T>> {
        let mut flights = self.0.lock();
        if let Some(cell) = flights.get(&key).and_then(Weak::upgrade) {
            return cell;
        }
        flights.retain(|_, cell| cell.strong_count() > 0);
        let cell = Arc::new(OnceCell::new());
        flights.insert(key, Arc::downgrade(&cell));
        cell
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn who_comes_while_it_is_asked_gets_the_same_answer_and_who_comes_later_asks_anew() {
        let (flights, asked, go) = (Flights::default(), AtomicU32::new(0), Notify::new());
        let ask = async || {
            go.notified().await;
            asked.fetch_add(1, Ordering::Relaxed) + 1
        };
        let join = |key: &str| flights.join(key.to_owned(), ask());
        let (first, second, other, ()) = tokio::join!(join("a"), join("a"), join("b"), async {
            go.notify_one();
            tokio::task::yield_now().await;
            go.notify_one();
        });
        assert_eq!((first, second, other), (1, 1, 2));
        go.notify_one();
        assert_eq!(join("a").await, 3);
    }

    #[tokio::test]
    async fn who_leaves_takes_nothing_from_the_others() {
        let flights = Flights::default();
        let mut gone = Box::pin(flights.join("a".to_owned(), std::future::pending::<u32>()));
        assert!(futures_pending(&mut gone).await);
        let stays = flights.join("a".to_owned(), async { 7 });
        let (answer, ()) = tokio::join!(stays, async { drop(gone) });
        assert_eq!(answer, 7);
    }

    /// Polls it once.
    async fn futures_pending(future: &mut (impl Future<Output = u32> + Unpin)) -> bool {
        tokio::select! {
            biased;
            _ = future => false,
            () = std::future::ready(()) => true,
        }
    }
}
