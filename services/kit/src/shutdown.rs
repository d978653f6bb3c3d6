//! One signal, one drain.
//!
//! [`signal`] turns SIGINT and SIGTERM into a [`CancellationToken`]; [`drain`] waits for what is in flight, within a
//! grace period, and says how it went.
//!
//! ```no_run
//! # use std::time::Duration;
//! # async fn answer(connection: tokio::net::TcpStream) {}
//! # async fn run(listener: tokio::net::TcpListener) -> std::io::Result<()> {
//! let shutdown = crate::shutdown::signal()?;
//! let calls = crate::shutdown::TaskTracker::new();
//! while let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await {
//!     calls.spawn(answer(accepted?.0));
//! }
//! crate::shutdown::drain("calls", &calls, Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```

mod drain;
mod signal;

pub use drain::{Drained, drain};
pub use signal::signal;
pub use tokio_util::sync::CancellationToken;
pub use tokio_util::task::TaskTracker;
