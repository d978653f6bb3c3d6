//! An OTLP receiver with a bounded in-memory store of spans. The tests' collector uses it too.

mod id;
mod receive;
mod ring;
mod weight;

pub use id::TraceId;
pub use opentelemetry_proto::tonic::common::v1 as common;
pub use opentelemetry_proto::tonic::trace::v1 as trace;
pub use receive::Store;
pub use ring::{Limits, Received, Ring};
