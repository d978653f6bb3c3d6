//! Counts of what discovery could not use, by reason.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Why a lookup or a record could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A record has port 0 or no target.
    InvalidRecord,
    /// No DNS server could be reached.
    Network,
    /// The name does not exist, or has no records of the type.
    NotFound,
    /// The DNS server returned an error.
    ServerFailure,
    /// The balancer lacked descriptors, memory or threads for a lookup.
    Shortage,
    /// The system's resolver failed.
    System,
    /// No response came in time.
    Timeout,
}

/// Number of failures since the server was added.
#[derive(Debug, Default)]
pub(crate) struct Failures([AtomicU64; Reason::ALL.len()]);

impl Reason {
    pub(crate) const ALL: [Self; 7] = [
        Self::InvalidRecord,
        Self::Network,
        Self::NotFound,
        Self::ServerFailure,
        Self::Shortage,
        Self::System,
        Self::Timeout,
    ];

    /// Value of the metric's label `reason`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRecord => "invalid_record",
            Self::Network => "network",
            Self::NotFound => "not_found",
            Self::ServerFailure => "server_failure",
            Self::Shortage => "shortage",
            Self::System => "system",
            Self::Timeout => "timeout",
        }
    }
}

impl Failures {
    pub(crate) fn get(&self, reason: Reason) -> u64 {
        self.0[reason as usize].load(Relaxed)
    }

    pub(super) fn count(&self, reason: Reason) {
        self.0[reason as usize].fetch_add(1, Relaxed);
    }
}
