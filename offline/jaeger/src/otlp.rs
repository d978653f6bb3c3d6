//! An OTLP receiver with a bounded in-memory store of spans. The tests' collector uses it too.

mod id;
mod receiver;
mod ring;

pub use id::{InvalidTraceId, TraceId};
pub use opentelemetry_proto::tonic::common::v1 as common;
pub use opentelemetry_proto::tonic::trace::v1 as trace;
pub use receiver::Store;
pub use ring::{Limits, Received, Ring};
