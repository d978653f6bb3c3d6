//! Counters and histograms sharded by thread, and quantiles over a sliding window.

mod counters;
mod per_thread;
mod windowed;

pub use counters::{Buckets, BucketsError, Cells, Histogram, Row, counter, family, histogram, labels};
pub use per_thread::{OWNERS, Part, PerThread};
pub use windowed::{Snapshot, WindowedHistogram};
