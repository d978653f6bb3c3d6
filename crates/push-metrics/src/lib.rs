#![doc = include_str!("../README.md")]

mod backoff;
mod batch;
mod client;
mod counter;
mod destination;
mod gauge;
mod line;
mod meter;
mod queue;
mod rates;
mod registry;
mod reporter;
mod stats;
mod timer;

pub use counter::Counter;
pub use destination::{Destination, DestinationError};
pub use gauge::Gauge;
pub use line::Unwritable;
pub use meter::Meter;
pub use rates::Rates;
pub use registry::{Registry, RegistryError};
pub use reporter::{BuildError, Builder, Reporter};
pub use sharded_metrics::Snapshot;
pub use stats::Stats;
pub use timer::{Reading, Stopwatch, Timer, WINDOW};
