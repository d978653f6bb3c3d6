//! What InfluxDB's replies mean for the points.

use std::time::Duration;

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Written, but for so many points that InfluxDB will never take.
    Written {
        /// How many.
        rejected: usize,
        /// InfluxDB's words for it.
        why: String,
    },
    /// Nothing is written, for a point or more of the batch.
    Refused(String),
    /// Nothing is written now; it may be later.
    Later {
        /// InfluxDB's words, or those of the connection.
        why: String,
        /// What InfluxDB would have us wait.
        after: Option<Duration>,
    },
    /// As later: the database is not there.
    Missing(String),
}

impl Reply {
    pub(crate) const WRITTEN: Self = Self::Written { rejected: 0, why: String::new() };
}

/// To a request with so many points.
///
/// What another point would not mend is tried again: no reply, a server that is overloaded or broken, and a database,
/// a right or a token that is yet to come.
pub(crate) fn to_write(status: u16, after: Option<Duration>, body: &str, points: usize) -> Reply {
    let why = || format!("{status}: {body}");
    match status {
        200..=299 => Reply::WRITTEN,
        404 => Reply::Missing(why()),
        401 | 403 | 408 | 429 | 500.. => Reply::Later { why: why(), after },
        _ if body.contains("partial write") => {
            Reply::Written { rejected: rejected(body).clamp(1, points), why: why() }
        }
        _ => Reply::Refused(why()),
    }
}

/// A statement's own failure, as where a database of another retention is there, comes with 200.
pub(crate) fn to_create(status: u16, after: Option<Duration>, body: String) -> Reply {
    match status {
        200..=299 if !body.contains("\"error\"") => Reply::WRITTEN,
        408 | 429 | 500.. => Reply::Later { why: format!("{status}: {body}"), after },
        _ => Reply::Refused(body),
    }
}

/// How many points a partial write has left out: lines that were none, and what did not fit, as `dropped=N` says.
fn rejected(body: &str) -> usize {
    let unfit = body.split("dropped=").skip(1).map(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    });
    body.matches("unable to parse").count() + unfit.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        to_write(status, None, body, 10)
    }

    #[test]
    fn success_is_written() {
        assert_eq!(reply(204, ""), Reply::WRITTEN);
    }

    #[test]
    fn a_partial_write_tells_how_many_points_it_left_out() {
        let unfit = r#"{"error":"partial write: field type conflict: input field \"value\" on measurement \"a.count\" is type float, already exists as type integer dropped=3"}"#;
        let unread = r#"{"error":"partial write: unable to parse 'x': missing fields\nunable to parse 'y': invalid field format dropped=0"}"#;
        for (status, body, expected) in
            [(400, unfit, 3), (422, unfit, 3), (400, unread, 2), (400, "partial write", 1)]
        {
            let Reply::Written { rejected, why } = reply(status, body) else { panic!("{body}") };
            assert_eq!((rejected, why), (expected, format!("{status}: {body}")));
        }
    }

    #[test]
    fn what_another_point_does_not_mend_is_tried_again() {
        for status in [401, 403, 408, 429, 500, 502, 503, 504] {
            let later = Reply::Later { why: format!("{status}: x"), after: None };
            assert_eq!(reply(status, "x"), later);
        }
        assert_eq!(reply(404, "x"), Reply::Missing("404: x".into()));
    }

    #[test]
    fn another_refusal_is_for_a_point() {
        for status in [400, 413, 422] {
            assert_eq!(
                reply(status, "unable to parse"),
                Reply::Refused(format!("{status}: unable to parse"))
            );
        }
    }

    #[test]
    fn a_statement_may_fail_with_200() {
        assert_eq!(to_create(200, None, r#"{"results":[{"statement_id":0}]}"#.into()), Reply::WRITTEN);
        let conflict = r#"{"results":[{"statement_id":0,"error":"retention policy conflicts"}]}"#;
        assert_eq!(to_create(200, None, conflict.into()), Reply::Refused(conflict.into()));
        assert_eq!(to_create(401, None, "x".into()), Reply::Refused("x".into()));
        assert!(matches!(to_create(503, None, "x".into()), Reply::Later { .. }));
    }
}
