#![doc = include_str!("../README.md")]

mod batch;
mod client;
mod destination;
mod failure;
mod histogram;
mod instruments;
mod line;
mod queue;
mod rates;
mod registry;
mod reporter;
mod schema;
mod stats;
mod timer;

pub use destination::{Consistency, Destination, DestinationError, Precision, redact};
pub use failure::Failure;
pub use histogram::{Distribution, Histogram, Sample};
pub use instruments::{Counter, Gauge, IntegerGauge, Meter};
pub use line::InvalidText;
pub use rates::Rates;
pub use registry::{Registry, RegistryError};
pub use reporter::{BuildError, Reporter, ReporterBuilder};
pub use schema::Schema;
pub use sharded_metrics::Snapshot;
pub use stats::Stats;
pub use timer::{Reading, Stopwatch, Timer, WINDOW};
