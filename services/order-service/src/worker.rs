//! Moves orders on, from placed to paid to shipped, when their time has come.
//!
//! What is due is in the database alone, so that it goes on where it was after a restart.

use std::time::Duration;

use tokio::time::sleep;

use crate::store::{Error, Store};

/// From one turn to the next, so that orders placed one after the other share turns.
const PAUSE: Duration = Duration::from_millis(100);
/// While the store fails.
const RETRY: Duration = Duration::from_secs(1);

/// Never ends. `paid_after` is the soonest that an order which is placed meanwhile can be due.
pub(crate) async fn run(store: Store, paid_after: Duration) {
    let mut failing = false;
    loop {
        let advanced = store.advance().await;
        say(&advanced.as_ref().map(|advanced| advanced.orders), &mut failing);
        let Ok(advanced) = advanced else {
            sleep(RETRY).await;
            continue;
        };
        sleep(PAUSE).await;
        match advanced.next {
            Some(next) => sleep(next.remaining().min(paid_after)).await,
            None => store.placed().await,
        }
    }
}

/// Says once that it fails, and once that it goes on.
fn say(advanced: &Result<usize, &Error>, failing: &mut bool) {
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
