//! Prometheus metrics with the names, help texts and labels of Go's `go-grpc-prometheus`.
//!
//! ```
//! use grpc_telemetry::prometheus::{Buckets, ServerMetrics};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let metrics = ServerMetrics::builder()
//!     .file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
//!     .handling_histogram(Buckets::default())
//!     .build()?;
//! prometheus::default_registry().register(Box::new(metrics.clone()))?;
//! let server = tonic::transport::Server::builder().layer(metrics.layer());
//! # let _ = server;
//! # Ok(())
//! # }
//! ```

mod builder;
mod context;
mod counters;
mod definitions;
mod error;
mod families;
mod metrics;
mod recorder;

pub use builder::Builder;
pub use error::BuildError;
pub use metrics::{ClientMetrics, ServerMetrics};
pub use recorder::{Call, Messages, Recorder};
pub use sharded_metrics::{Buckets, BucketsError};
