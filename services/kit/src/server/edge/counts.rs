//! What an HTTP server refuses, and what it closes after a timeout.

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use super::refusal::Refusal;

/// The timeout that ended a connection or stream: the label `reason` of `http_connections_closed_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimedOut {
    Header,
    Body,
    Idle,
    Write,
}

impl TimedOut {
    const ALL: [Self; 4] = [Self::Header, Self::Body, Self::Idle, Self::Write];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Header => "header_timeout",
            Self::Body => "body_timeout",
            Self::Idle => "idle_timeout",
            Self::Write => "write_timeout",
        }
    }
}

/// The counters of a program's HTTP servers.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    closed: [IntCounter; TimedOut::ALL.len()],
    refused: [IntCounter; Refusal::ALL.len()],
}

impl Counts {
    /// Counters that no registry has.
    pub(super) fn unregistered() -> Self {
        Self::new().expect("names and help texts in this module are valid").0
    }

    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let (counts, families) = Self::new()?;
        for family in families {
            registry.register(Box::new(family))?;
        }
        Ok(counts)
    }

    fn new() -> prometheus::Result<(Self, [IntCounterVec; 2])> {
        let closed = IntCounterVec::new(
            Opts::new(
                "http_connections_closed_total",
                "Total number of HTTP connections, and of HTTP/2 streams, that the server closed after a timeout, by reason.",
            ),
            &["reason"],
        )?;
        let refused = IntCounterVec::new(
            Opts::new(
                "http_server_refused_total",
                "Total number of HTTP requests that the server refused before any handler, by reason.",
            ),
            &["reason"],
        )?;
        let counts = Self {
            closed: TimedOut::ALL.map(|reason| closed.with_label_values(&[reason.name()])),
            refused: Refusal::ALL.map(|refusal| refused.with_label_values(&[refusal.name()])),
        };
        Ok((counts, [closed, refused]))
    }

    pub(crate) fn close(&self, reason: TimedOut) {
        self.closed[reason as usize].inc();
        tracing::debug!(reason = reason.name(), "closed a stalled connection or stream");
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.refused[refusal as usize].inc();
    }
}
