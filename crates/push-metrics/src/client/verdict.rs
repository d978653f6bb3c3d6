//! Derives the outcome of a request's points from InfluxDB's response.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The points are written, except for those that InfluxDB rejects.
    Written {
        /// Number of rejected points.
        rejected: usize,
        /// InfluxDB's message.
        reason: String,
    },
    /// Nothing is written, because at least one point is invalid; InfluxDB's message.
    Rejected(String),
    /// Nothing is written; the request is to be retried.
    Retry {
        /// InfluxDB's message, or the error of the connection.
        reason: String,
        /// The delay from `Retry-After`.
        after: Option<Duration>,
    },
    /// Nothing is written, because the database does not exist; InfluxDB's message.
    DatabaseMissing(String),
}

impl Verdict {
    pub(crate) const WRITTEN: Self = Self::Written { rejected: 0, reason: String::new() };

    /// No response: the error and its causes are the reason.
    pub(crate) fn unreachable(error: &dyn Error) -> Self {
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            // Writing to a String cannot fail.
            let _ = write!(reason, ": {error}");
            cause = error.source();
        }
        Self::Retry { reason, after: None }
    }
}

/// The outcome of a write of `points` points.
///
/// Failures that do not depend on the points are retried: an overloaded or failing server, and a missing database,
/// permission or token, which an administrator may still add.
pub(crate) fn of_write(status: u16, after: Option<Duration>, body: &str, points: usize) -> Verdict {
    let reason = || format!("{status}: {body}");
    match status {
        200..=299 => Verdict::WRITTEN,
        404 => Verdict::DatabaseMissing(reason()),
        401 | 403 | 408 | 429 | 500.. => Verdict::Retry { reason: reason(), after },
        _ if body.contains("partial write") => {
            Verdict::Written { rejected: rejected(body).clamp(1, points), reason: reason() }
        }
        _ => Verdict::Rejected(reason()),
    }
}

/// The outcome of creating the database. InfluxDB reports a failed statement with status 200, for instance when the
/// database exists with another retention.
pub(crate) fn of_create(status: u16, after: Option<Duration>, body: String) -> Verdict {
    match status {
        200..=299 if !body.contains("\"error\"") => Verdict::WRITTEN,
        408 | 429 | 500.. => Verdict::Retry { reason: format!("{status}: {body}"), after },
        _ => Verdict::Rejected(body),
    }
}

/// Number of points that a partial write has rejected: lines that cannot be parsed, and `dropped=N` conflicts of types.
fn rejected(body: &str) -> usize {
    let conflicts = body.split("dropped=").skip(1).map(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    });
    body.matches("unable to parse").count() + conflicts.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> Verdict {
        of_write(status, None, body, 10)
    }

    #[test]
    fn a_success_is_written() {
        assert_eq!(verdict(204, ""), Verdict::WRITTEN);
    }

    #[test]
    fn a_partial_write_states_the_number_of_rejected_points() {
        let conflict_body = r#"{"error":"partial write: field type conflict: input field \"value\" on measurement \"a.count\" is type float, already exists as type integer dropped=3"}"#;
        let parse_body = r#"{"error":"partial write: unable to parse 'x': missing fields\nunable to parse 'y': invalid field format dropped=0"}"#;
        for (status, body, expected) in [
            (400, conflict_body, 3),
            (422, conflict_body, 3),
            (400, parse_body, 2),
            (400, "partial write", 1),
        ] {
            let Verdict::Written { rejected, reason } = verdict(status, body) else { panic!("{body}") };
            assert_eq!((rejected, reason), (expected, format!("{status}: {body}")));
        }
    }

    #[test]
    fn failures_independent_of_the_points_are_retried() {
        for status in [401, 403, 408, 429, 500, 502, 503, 504] {
            let retry = Verdict::Retry { reason: format!("{status}: x"), after: None };
            assert_eq!(verdict(status, "x"), retry);
        }
        assert_eq!(verdict(404, "x"), Verdict::DatabaseMissing("404: x".into()));
    }

    #[test]
    fn other_client_errors_reject_a_point() {
        for status in [400, 413, 422] {
            assert_eq!(
                verdict(status, "unable to parse"),
                Verdict::Rejected(format!("{status}: unable to parse"))
            );
        }
    }

    #[test]
    fn a_statement_can_fail_with_status_200() {
        assert_eq!(of_create(200, None, r#"{"results":[{"statement_id":0}]}"#.into()), Verdict::WRITTEN);
        let conflict = r#"{"results":[{"statement_id":0,"error":"retention policy conflicts"}]}"#;
        assert_eq!(of_create(200, None, conflict.into()), Verdict::Rejected(conflict.into()));
        assert_eq!(of_create(401, None, "x".into()), Verdict::Rejected("x".into()));
        assert!(matches!(of_create(503, None, "x".into()), Verdict::Retry { .. }));
    }
}
