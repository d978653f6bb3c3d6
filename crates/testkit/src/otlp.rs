//! OTLP in, spans to ask for out: the tests' collector, and the heart of Jaeger's stand-in.

mod collector;
mod id;
mod receive;
mod ring;
mod weight;

pub use collector::Collector;
pub use id::TraceId;
pub use opentelemetry_proto::tonic::common::v1 as common;
pub use opentelemetry_proto::tonic::trace::v1 as trace;
pub use receive::Store;
pub use ring::{Limits, Received, Ring};
