//! What the integration tests share: a service on a free port or its real program, its scrape, patience with a
//! limit, and an OTLP collector and an InfluxDB that remember.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use testkit::{Scrape, eventually};
//! # async fn run(listener: tokio::net::TcpListener, shutdown: tokio_util::sync::CancellationToken) {}
//! # async fn test() {
//! let service = testkit::start(|listener, shutdown| run(listener, shutdown)).await;
//! let url = service.url("/metrics");
//! eventually(Duration::from_secs(5), async || {
//!     Scrape::get(&url).await.value("calls_total", &[("code", "OK")]) > 0.0
//! })
//! .await;
//! service.stop().await;
//! # }
//! ```

pub mod grpc;
pub mod influx;
pub mod otlp;

mod problem;
mod program;
mod running;
mod scrape;
mod wait;

pub use problem::problem_of;
pub use program::{Program, command, complaint};
pub use running::{Running, listener, start};
pub use scrape::Scrape;
pub use wait::{eventually, eventually_some};
