//! Counters and histograms that each thread keeps for itself, and that a scrape adds up.
//!
//! Nothing is locked and no label is looked up where something is counted, and a scrape sees changes that belong
//! together all or not at all.

mod buckets;
mod cells;
mod histogram;
mod metric;

pub use buckets::{Buckets, BucketsError};
pub use cells::{Cells, Row};
pub use histogram::Histogram;
pub use metric::{counter, family, histogram, labels};
