//! One signal, one drain.
//!
//! [`signal`] turns SIGINT and SIGTERM into a [`CancellationToken`]; [`drain`] waits for what is in flight, within a
//! grace period, and says how it went.

mod drain;
mod signal;

pub use drain::{Drained, drain};
pub use signal::signal;
pub use tokio_util::sync::CancellationToken;
pub use tokio_util::task::TaskTracker;
