//! Ended spans, from the thread that ends them to the collector: their limits, their queue, their export and the counts
//! of both.

mod counters;
mod exporter;
mod log;
mod queue;
mod request;
mod retry;
mod text;

pub(super) use self::counters::SpanCounters;
pub(super) use self::exporter::Exporter;
pub(super) use self::queue::{SpanQueue, Waiting};
