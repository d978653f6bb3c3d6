//! Test support: starts a service on a free port or its program as a child process, scrapes it, waits for conditions,
//! and fakes an OTLP collector, InfluxDB and a mail server. Only tests depend on it.
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

pub mod certificates;
pub mod envoy;
pub mod grpc;
pub mod hostile;
pub mod influx;
pub mod otlp;
pub mod prometheus;
pub mod smtp;

mod exemplar;
mod problem;
mod program;
mod running;
mod scrape;
mod unread;
mod wait;

pub use exemplar::Exemplar;
pub use problem::problem_of;
pub use program::{Program, command, failure_message};
pub use running::{Running, free_port, listener, start};
pub use scrape::{Scrape, ScrapeError};
pub use unread::serves_with_full_stdout;
pub use wait::{eventually, eventually_some};
