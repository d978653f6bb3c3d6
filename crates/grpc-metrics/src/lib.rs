#![doc = include_str!("../README.md")]

mod builder;
mod code;
mod context;
mod definitions;
mod error;
mod families;
mod meter;
mod metrics;
mod recorder;
mod tally;

use tally::Tally;

pub use builder::Builder;
pub use error::BuildError;
pub use grpc_calls::{MethodsError, RequestHead};
pub use metrics::{ClientMetrics, ServerMetrics};
pub use sharded_metrics::{Buckets, BucketsError};

/// Wraps a service that handles gRPC calls, so that they are counted.
pub type ServerLayer = grpc_calls::ServerLayer<Tally>;
/// A service whose calls are counted.
pub type ServerService<S> = grpc_calls::ServerService<S, Tally>;
/// The future of the response of a counted call's handler.
pub type ServerFuture<F> = grpc_calls::ServerFuture<F, Tally>;
/// Wraps a tonic `Channel`, or what stands for one, so that the calls through it are counted.
pub type ClientLayer = grpc_calls::ClientLayer<Tally>;
/// A channel whose calls are counted; a generated client takes it in the channel's place.
pub type ClientService<S> = grpc_calls::ClientService<S, Tally>;
/// The future of the response to a counted call.
pub type ClientFuture<F> = grpc_calls::ClientFuture<F, Tally>;
/// A request's body that counts the messages in it as they pass.
pub type RequestBody<B> = grpc_calls::RequestBody<B, Tally>;
/// A response's body that counts the messages in it as they pass, and the call as handled at its end.
pub type ResponseBody<B> = grpc_calls::ResponseBody<B, Tally>;
