#![doc = include_str!("../README.md")]

mod client;
mod destination;
mod instruments;
mod line;
mod queue;
mod rates;
mod registry;
mod reporter;
mod stats;
mod timer;

pub use destination::{Destination, DestinationError};
pub use instruments::{Counter, Gauge, Meter};
pub use line::InvalidText;
pub use rates::Rates;
pub use registry::{Registry, RegistryError};
pub use reporter::{BuildError, Reporter, ReporterBuilder};
pub use sharded_metrics::Snapshot;
pub use stats::Stats;
pub use timer::{Reading, Stopwatch, Timer, WINDOW};
