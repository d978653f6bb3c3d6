//! Counters and histograms sharded by thread, and quantiles over a sliding window.
//!
//! Recording is a load and a store to memory that only the calling thread writes: no lock, no atomic
//! read-modify-write, no contended cache line. Exceptions are [threads beyond a limit](#threads), and a value that is the
//! new minimum or maximum of a [`WindowedHistogram`]: these use atomic operations on shared memory. Readers add up the
//! threads' shards.
//!
//! - [`CounterTable`] holds rows of counters, for instance a row for each method of an API. Changes to one row can be
//!   grouped, so that a reader sees all of them or none. [`HistogramColumns`] places a histogram with fixed
//!   [`Buckets`] in such a row.
//! - [`WindowedHistogram`] gives quantiles of the values of the last minute, or any other window, with an error of at
//!   most 0.79 %.
//! - With the feature `prometheus`, the module `prometheus` turns counters and histograms into metric
//!   families of the `prometheus` crate.
//!
//! # Threads
//!
//! The first [`OWNED_SHARDS`] threads of the process that record anything each own one shard of every table and
//! histogram. A thread that ends leaves its shard, with the counts in it, to the next new thread. Threads beyond this
//! number, and threads that record from a destructor of a thread-local value, use one shared shard, with atomic
//! additions. No count is lost in either case.

mod buckets;
mod counter_table;
mod histogram_columns;
mod per_thread;
#[cfg(feature = "prometheus")]
pub mod prometheus;
mod row;
mod windowed;

pub use buckets::{Buckets, BucketsError};
pub use counter_table::CounterTable;
pub use histogram_columns::HistogramColumns;
pub use per_thread::OWNED_SHARDS;
pub use row::Row;
pub use windowed::{Snapshot, WindowedHistogram};

/// Compiles and runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
