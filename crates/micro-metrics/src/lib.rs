#![doc = include_str!("../README.md")]

mod builder;
mod endpoints;
mod error;
mod families;
mod identity;
mod metrics;
mod naming;
mod recorder;
mod tally;

use tally::Tally;

pub use builder::Builder;
pub use error::BuildError;
pub use grpc_calls::MethodsError;
pub use identity::registry;
pub use metrics::ServerMetrics;
pub use naming::Naming;
pub use sharded_metrics::{Buckets, BucketsError};

/// Wraps a service that handles gRPC calls, so that they are counted.
pub type ServerLayer = grpc_calls::ServerLayer<Tally>;
/// A service whose calls are counted.
pub type ServerService<S> = grpc_calls::ServerService<S, Tally>;
/// The future of the response of a counted call's handler.
pub type ServerFuture<F> = grpc_calls::ServerFuture<F, Tally>;
/// A request's body, as a counted call's handler gets it.
pub type RequestBody<B> = grpc_calls::RequestBody<B, Tally>;
/// A response's body, with whose end the call is counted.
pub type ResponseBody<B> = grpc_calls::ResponseBody<B, Tally>;
