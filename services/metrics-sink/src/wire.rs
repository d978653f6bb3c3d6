//! Protobuf's wire format, walked in place: no message is built and nothing is copied.

mod fields;
mod message;
mod metric;

pub use fields::WireError;
pub use message::{Family, Identity, Kind, Message};
pub use metric::{Bucket, Distribution, Label, MetricView, Quantile, Reading};
