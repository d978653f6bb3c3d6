//! What the state file has of a node: the values that Envoy does not send again, and what identifies its process.

use prost::Message;

/// A part of a node's series, at the end of a message.
///
/// Each part has its own process: the node may restart while its parts are written.
#[derive(Clone, PartialEq, Message)]
pub struct SavedPart {
    /// `node.cluster`.
    #[prost(string, tag = "1")]
    pub job: String,
    /// `node.id`.
    #[prost(string, tag = "2")]
    pub instance: String,
    /// The process whose values these are.
    #[prost(message, required, tag = "3")]
    pub process: SavedProcess,
    /// The time of the last complete flush, in milliseconds since the Unix epoch by the node's clock; 0 if unknown.
    #[prost(int64, tag = "4")]
    pub flushed_ms: i64,
    /// The learned flush interval in milliseconds; 0 if unknown.
    #[prost(uint64, tag = "5")]
    pub interval_ms: u64,
    /// Time whose flushes were lost so far, in milliseconds.
    #[prost(uint64, tag = "6")]
    pub missed_ms: u64,
    /// When that flush arrived, in milliseconds since the Unix epoch by the sink's clock.
    #[prost(int64, tag = "7")]
    pub received_ms: i64,
    /// The series: an encoded [`SavedSeriesList`].
    #[prost(bytes = "vec", tag = "8")]
    pub series: Vec<u8>,
}

/// What identifies a process.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct SavedProcess {
    /// The last uptime received.
    #[prost(double, tag = "1")]
    pub uptime_seconds: f64,
    /// The time of that flush, in milliseconds since the Unix epoch by the node's clock.
    #[prost(int64, tag = "2")]
    pub timestamp_ms: i64,
    /// The earliest start time computed.
    #[prost(int64, tag = "3")]
    pub start_ms: i64,
    /// The number of hot restarts before this process.
    #[prost(double, optional, tag = "4")]
    pub epoch: Option<f64>,
}

/// Histograms, summaries, and counters that are sums of deltas.
#[derive(Clone, PartialEq, Message)]
pub struct SavedSeriesList {
    /// The bounds of the histograms.
    #[prost(message, repeated, tag = "1")]
    pub bounds: Vec<SavedBounds>,
    /// The families. A large one is continued in the next part.
    #[prost(message, repeated, tag = "2")]
    pub families: Vec<SavedFamily>,
}

/// Finite bucket bounds, ascending.
#[derive(Clone, PartialEq, Message)]
pub struct SavedBounds {
    /// The upper bounds.
    #[prost(double, repeated, tag = "1")]
    pub upper: Vec<f64>,
}

/// The series of one name and type.
#[derive(Clone, PartialEq, Message)]
pub struct SavedFamily {
    /// The name on the page.
    #[prost(string, tag = "1")]
    pub name: String,
    /// The type of the series.
    #[prost(enumeration = "SavedKind", tag = "2")]
    pub kind: i32,
    /// The series.
    #[prost(message, repeated, tag = "3")]
    pub series: Vec<SavedSeries>,
}

/// The type of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
pub enum SavedKind {
    /// None: not written.
    Unspecified = 0,
    /// The sum of deltas.
    Counter = 1,
    /// Cumulative buckets.
    Histogram = 2,
    /// Count and sum.
    Summary = 3,
}

/// One series.
#[derive(Clone, PartialEq, Message)]
pub struct SavedSeries {
    /// The rendered labels, without braces.
    #[prost(string, tag = "1")]
    pub labels: String,
    /// The value of a counter, or the sum of a histogram or summary.
    #[prost(double, tag = "2")]
    pub sum: f64,
    /// The rounding error of the sum.
    #[prost(double, tag = "3")]
    pub compensation: f64,
    /// The number of observations.
    #[prost(uint64, tag = "4")]
    pub count: u64,
    /// The index of a histogram's bounds.
    #[prost(uint32, tag = "5")]
    pub bounds: u32,
    /// The cumulative counts of a histogram's finite buckets.
    #[prost(uint64, repeated, tag = "6")]
    pub buckets: Vec<u64>,
}
