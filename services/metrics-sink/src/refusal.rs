//! What is over a limit, or wrong, is refused: counted each time, logged once for each reason.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// Why something was refused; the label `reason` of `metrics_sink_refused_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A message is larger than the largest allowed. Its stream ends.
    MessageSize,
    /// A message is no `StreamMetricsMessage`. Its stream ends.
    Malformed,
    /// A stream's first message does not say who sends it, or a later one says otherwise. The stream ends.
    Identifier,
    /// A request is not gRPC over HTTP/2, is compressed, or asks for a method that is not served.
    Protocol,
    /// Too many streams are open.
    Streams,
    /// Too many nodes are known.
    Nodes,
    /// Too many bytes of unfinished messages are held. The stream ends.
    Buffers,
    /// A message of a node whose newer stream is open: two Envoys with one identity, or an old connection's rest.
    Superseded,
    /// A series is one too many.
    Series,
    /// A series would need more memory than is left to series.
    Memory,
    /// A name or a label's value is too long.
    LabelSize,
    /// Labels that no Prometheus page can hold: two of one name, an empty or a reserved name, not UTF-8, too many.
    Labels,
    /// A family's type is unknown, or its name is held with another type.
    Type,
    /// A metric without a value of its family's type, or with one that its type cannot have.
    Value,
    /// The same series twice in one message, or two names that are one on a Prometheus page.
    Duplicate,
    /// A line for the console was dropped, because whoever reads it is too slow.
    Console,
}

const REASONS: [Reason; 16] = [
    Reason::MessageSize,
    Reason::Malformed,
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
    /// The label's value.
    pub fn name(self) -> &'static str {
        match self {
            Reason::MessageSize => "message_size",
            Reason::Malformed => "malformed",
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

/// Counts and logs what is refused.
#[derive(Debug)]
pub struct Refusals {
    each: [(IntCounter, AtomicBool); REASONS.len()],
}

impl Refusals {
    /// Registers `metrics_sink_refused_total`, with every reason at 0.
    ///
    /// # Errors
    ///
    /// If the registry has it already.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let counters = IntCounterVec::new(
            Opts::new("metrics_sink_refused_total", "What was refused, by reason."),
            &["reason"],
        )?;
        let each =
            REASONS.map(|reason| (counters.with_label_values(&[reason.name()]), AtomicBool::new(false)));
        registry.register(Box::new(counters))?;
        Ok(Self { each })
    }

    /// Counts one; the first of its reason is logged with `detail`.
    pub fn refuse(&self, reason: Reason, detail: impl fmt::Display) {
        let (counter, logged) = &self.each[reason as usize];
        counter.inc();
        if !logged.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                reason = reason.name(),
                %detail,
                "refused; further ones are only counted, in metrics_sink_refused_total"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_counted_by_itself() {
        let registry = Registry::new();
        let refusals = Refusals::register(&registry).unwrap();
        for (times, reason) in REASONS.into_iter().enumerate() {
            for _ in 0..times {
                refusals.refuse(reason, "a test");
            }
        }
        let families = registry.gather();
        let counts: Vec<_> = REASONS
            .iter()
            .map(|reason| {
                let is_it =
                    |metric: &&prometheus::proto::Metric| metric.get_label()[0].value() == reason.name();
                families[0].get_metric().iter().find(is_it).unwrap().get_counter().get_value() as usize
            })
            .collect();
        assert_eq!(counts, (0..REASONS.len()).collect::<Vec<_>>());
    }
}
