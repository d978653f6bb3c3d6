//! Prometheus metrics for servers with the names, help texts and labels of go-micro's Prometheus wrapper.
//!
//! ```
//! use grpc_telemetry::go_micro::ServerMetrics;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let metrics = ServerMetrics::builder("go.micro.srv.health")
//!     .id("health-1")
//!     .version("1.0.0")
//!     .file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
//!     .build()?;
//! prometheus::default_registry().register(Box::new(metrics.clone()))?;
//! let server = tonic::transport::Server::builder().layer(metrics.layer());
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! go-micro's wrapper adds its constant labels to the process's metrics too. A [`registry`] does the same:
//!
//! ```
//! use grpc_telemetry::go_micro;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = go_micro::registry("go.micro.srv.health", "health-1", "1.0.0")?;
//! let metrics = go_micro::ServerMetrics::unlabelled()
//!     .file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
//!     .build()?;
//! registry.register(Box::new(metrics.clone()))?;
//! # Ok(())
//! # }
//! ```

mod builder;
mod counters;
mod endpoints;
mod families;
mod metrics;
mod naming;
mod recorder;

pub use builder::{BuildError, Builder, registry};
pub use metrics::ServerMetrics;
pub use naming::Naming;
pub use recorder::{Call, Recorder};
pub use sharded_metrics::{Buckets, BucketsError};
