//! What the integration tests share: a service on a free port, its scrape, patience with a limit,
//! and an OTLP collector that remembers.

pub mod otlp;

mod running;
mod scrape;
mod wait;

pub use running::{Running, listener, start};
pub use scrape::Scrape;
pub use wait::{eventually, eventually_some};
