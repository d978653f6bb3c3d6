//! Which failed requests are repeated, in halves or whole, and when.

use std::error::Error as _;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Maximum number of times that a request is repeated unchanged.
pub(super) const MAX_RETRIES: u32 = 3;
const MIN_DELAY: Duration = Duration::from_millis(100);
const MAX_JITTER: Duration = Duration::from_millis(100);

/// What a failed request means for its spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The collector may accept the same request after this time.
    Temporary(Duration),
    /// The collector refused the request for its content or size, and may accept a part of it.
    Divisible,
    /// The collector refused the request, and would refuse each part of it.
    Final,
}

impl Failure {
    /// `retries` is the number of times that the request was repeated before.
    pub(super) fn of(status: &Status, retries: u32) -> Self {
        let backoff = MIN_DELAY * 2_u32.pow(retries) + MAX_JITTER.mul_f64(fastrand::f64());
        // A status with a source is the connection's, whatever its code is.
        if status.source().is_some() {
            return Self::Temporary(backoff);
        }
        match status.code() {
            // OTLP: the collector is overloaded if it suggests a delay. Otherwise the message is too large.
            Code::ResourceExhausted => {
                match status.get_details_retry_info().and_then(|info| info.retry_delay) {
                    Some(delay) => Self::Temporary(delay.max(backoff)),
                    None => Self::Divisible,
                }
            }
            // tonic's code for a message that is too large.
            Code::OutOfRange | Code::InvalidArgument => Self::Divisible,
            Code::Aborted | Code::Cancelled | Code::DataLoss | Code::DeadlineExceeded | Code::Unavailable => {
                let delay = status.get_details_retry_info().and_then(|info| info.retry_delay);
                Self::Temporary(delay.unwrap_or_default().max(backoff))
            }
            _ => Self::Final,
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn requests_are_repeated_as_otlp_specifies() {
        let of = |code| Failure::of(&Status::new(code, ""), 0);
        for code in
            [Code::Unavailable, Code::DeadlineExceeded, Code::Aborted, Code::Cancelled, Code::DataLoss]
        {
            assert!(matches!(of(code), Failure::Temporary(_)), "{code:?}");
        }
        for code in [Code::ResourceExhausted, Code::OutOfRange, Code::InvalidArgument] {
            assert_eq!(of(code), Failure::Divisible);
        }
        for code in [Code::Unauthenticated, Code::PermissionDenied, Code::Unimplemented, Code::Internal] {
            assert_eq!(of(code), Failure::Final);
        }
    }

    #[test]
    fn a_delay_that_the_collector_requests_is_observed() {
        let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(7)));
        for code in [Code::ResourceExhausted, Code::Unavailable] {
            let status = Status::with_error_details(code, "busy", details.clone());
            assert_eq!(Failure::of(&status, 0), Failure::Temporary(Duration::from_secs(7)));
        }
    }
}
