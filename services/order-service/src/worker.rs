//! Advances orders from placed to paid to shipped when they are due.
//!
//! The schedule is in the database only, so that a restart continues it.

use std::time::Duration;

use tokio::time::sleep;

use crate::store::{Error, Store};

/// Pause between runs, so that orders placed in quick succession share one.
const RUN_DELAY: Duration = Duration::from_millis(100);
/// Pause after the store has failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Runs forever. `paid_after` is the earliest time at which a new order can be due.
pub(crate) async fn run(store: Store, paid_after: Duration) {
    let mut failing = false;
    loop {
        let advanced = store.advance().await;
        log_transition(&advanced.as_ref().map(|advanced| advanced.orders), &mut failing);
        let Ok(advanced) = advanced else {
            sleep(RETRY_DELAY).await;
            continue;
        };
        sleep(RUN_DELAY).await;
        match advanced.next {
            Some(next) => sleep(next.remaining().min(paid_after)).await,
            None => store.placed().await,
        }
    }
}

/// Logs the first failure, and the first success after it.
fn log_transition(advanced: &Result<usize, &Error>, failing: &mut bool) {
    match advanced {
        Ok(orders) => {
            if *failing {
                tracing::info!(orders, "orders advance again");
            } else if *orders > 0 {
                tracing::debug!(orders, "orders advanced");
            }
            *failing = false;
        }
        Err(error) => {
            if !*failing {
                tracing::error!(%error, "orders do not advance, trying again");
            }
            *failing = true;
        }
    }
}
