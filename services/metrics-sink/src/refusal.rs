//! Counts data that the sink refuses, and logs the first refusal of each reason.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// Why data was refused: the label `reason` of `metrics_sink_refused_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A message exceeds the size limit. Its stream ends.
    MessageSize,
    /// A message is not a valid `StreamMetricsMessage`, or its stream ends inside it. Its stream ends.
    Malformed,
    /// A stream broke inside a message: the client reset it or disconnected.
    Broken,
    /// A message was not complete in time. Its stream ends.
    Timeout,
    /// A stream's first message does not identify its node, or a later message identifies another node. The stream ends.
    Identifier,
    /// A request is not gRPC over HTTP/2, is compressed, or calls an unknown method.
    Protocol,
    /// The limit of open streams is reached.
    Streams,
    /// The limit of nodes is reached.
    Nodes,
    /// The memory limit of incomplete messages is reached. The stream ends.
    Buffers,
    /// A message is of a node that has a newer stream: two Envoys have one identity, or an old connection lingers.
    Superseded,
    /// The limit of series is reached.
    Series,
    /// The memory limit of series is reached.
    Memory,
    /// A name or a label's value exceeds the length limit.
    LabelSize,
    /// Labels are invalid on a Prometheus page: duplicate, empty or reserved names, not UTF-8, or more than 64.
    Labels,
    /// A family's type is unknown, or its name has another type on the page, or is that of another family's samples.
    Type,
    /// A metric has no value of its family's type, or an invalid one.
    Value,
    /// A flush has a series twice, or two series that are equal on a Prometheus page.
    Duplicate,
    /// A line of the console output was dropped: too long, or the reader is too slow.
    Console,
}

const REASONS: [Reason; 18] = [
    Reason::MessageSize,
    Reason::Malformed,
    Reason::Broken,
    Reason::Timeout,
    Reason::Identifier,
    Reason::Protocol,
    Reason::Streams,
    Reason::Nodes,
    Reason::Buffers,
    Reason::Superseded,
    Reason::Series,
    Reason::Memory,
    Reason::LabelSize,
    Reason::Labels,
    Reason::Type,
    Reason::Value,
    Reason::Duplicate,
    Reason::Console,
];

impl Reason {
    /// The value of the label `reason`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::MessageSize => "message_size",
            Reason::Malformed => "malformed",
            Reason::Broken => "broken",
            Reason::Timeout => "timeout",
            Reason::Identifier => "identifier",
            Reason::Protocol => "protocol",
            Reason::Streams => "streams",
            Reason::Nodes => "nodes",
            Reason::Buffers => "buffers",
            Reason::Superseded => "superseded",
            Reason::Series => "series",
            Reason::Memory => "memory",
            Reason::LabelSize => "label_size",
            Reason::Labels => "labels",
            Reason::Type => "type",
            Reason::Value => "value",
            Reason::Duplicate => "duplicate",
            Reason::Console => "console",
        }
    }
}

/// Counts and logs refusals.
#[derive(Debug)]
pub struct Refusals {
    /// The counter of each reason, and whether a refusal has been logged for it.
    reasons: [(IntCounter, AtomicBool); REASONS.len()],
}

impl Refusals {
    /// Registers `metrics_sink_refused_total`, with every reason at 0.
    ///
    /// # Errors
    ///
    /// If the metric is registered already.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let counters = IntCounterVec::new(
            Opts::new("metrics_sink_refused_total", "Refused messages, series and requests, by reason."),
            &["reason"],
        )?;
        let reasons =
            REASONS.map(|reason| (counters.with_label_values(&[reason.name()]), AtomicBool::new(false)));
        registry.register(Box::new(counters))?;
        Ok(Self { reasons })
    }

    /// Counts a refusal, and logs it with `detail` if it is the first of its reason.
    pub fn refuse(&self, reason: Reason, detail: impl fmt::Display) {
        let (counter, logged) = &self.reasons[reason as usize];
        counter.inc();
        if !logged.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                reason = reason.name(),
                %detail,
                "refused; further refusals of this reason are only counted, in metrics_sink_refused_total"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_reason_separately() {
        let registry = Registry::new();
        let refusals = Refusals::register(&registry).unwrap();
        for (times, reason) in REASONS.into_iter().enumerate() {
            for _ in 0..times {
                refusals.refuse(reason, "a test");
            }
        }
        let page = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        let counts: Vec<usize> = REASONS
            .iter()
            .map(|reason| {
                let labels = format!("{{reason=\"{}\"}} ", reason.name());
                let (_, count) = page.lines().find_map(|line| line.split_once(&labels)).unwrap();
                count.parse().unwrap()
            })
            .collect();
        assert_eq!(counts, (0..REASONS.len()).collect::<Vec<_>>());
    }
}
