//! Derives the outcome of a request's points from InfluxDB's response.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use super::Reply;
use crate::failure::Failure;

/// Maximum number of characters of a response's body in a reason: a proxy's error page can be long.
const MAX_REASON_CHARS: usize = 300;

/// Messages of InfluxDB 1.x, 2.x and compatible servers with which they reject points as invalid. Any other message with
/// status 400 or 422 is not about the points: a missing parameter, or a proxy that cannot process the request.
const INVALID_POINTS: [&str; 6] = [
    "partial write",
    "unable to parse",
    "failed to parse",
    "parse error",
    "type conflict",
    "beyond retention policy",
];

/// The outcome of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The points are written, except for those that InfluxDB rejects.
    Written {
        /// Number of rejected points.
        rejected: usize,
        /// InfluxDB's message.
        reason: String,
    },
    /// Nothing is written, but fewer points at a time may be: the request is too large, or contains an invalid point.
    Split {
        /// [`Failure::TooLarge`] or [`Failure::Invalid`].
        failure: Failure,
        /// InfluxDB's message.
        reason: String,
    },
    /// Nothing is written.
    Retry(Retry),
}

/// The outcome of creating the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Creation {
    /// The database exists.
    Done,
    /// InfluxDB refuses to create it; its message. The database may exist nevertheless.
    Refused(String),
    /// Unknown.
    Retry(Retry),
}

/// A failure that does not depend on the points. The request is to be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retry {
    pub(crate) failure: Failure,
    /// InfluxDB's message, or the error of the connection.
    pub(crate) reason: String,
    /// The delay from `Retry-After`.
    pub(crate) after: Option<Duration>,
}

impl Verdict {
    pub(crate) const WRITTEN: Self = Self::Written { rejected: 0, reason: String::new() };
}

impl Retry {
    /// No response: the error and its causes are the reason.
    pub(super) fn without_response(error: &reqwest::Error) -> Self {
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            // Writing to a String cannot fail.
            let _ = write!(reason, ": {error}");
            cause = error.source();
        }
        let failure = if error.is_timeout() { Failure::Timeout } else { Failure::Connection };
        Self { failure, reason, after: None }
    }

    fn after_response(failure: Failure, reply: &Reply) -> Self {
        Self { failure, reason: reply.reason(), after: reply.retry_after }
    }
}

impl Reply {
    /// Status and body, or the address of a redirect without its query, which may contain a secret.
    fn reason(&self) -> String {
        let Self { status, body, .. } = self;
        if let Some(address) = &self.redirect {
            let address = address.split(['?', '#']).next().unwrap_or_default();
            return format!("{status}: redirected to {address}, redirects are not followed");
        }
        match body.char_indices().nth(MAX_REASON_CHARS) {
            Some((end, _)) => format!("{status}: {}…", &body[..end]),
            None => format!("{status}: {body}"),
        }
    }

    fn rejects_points(&self) -> bool {
        let is_page = self.body.starts_with('<');
        !is_page && INVALID_POINTS.iter().any(|message| self.body.contains(message))
    }

    fn has_error(&self) -> bool {
        self.body.contains("\"error\"")
    }
}

/// The outcome of a write of `points` points. Only 204, and 200 from InfluxDB itself, are a success.
///
/// Failures that do not depend on the points are retried: an overloaded or failing server, a missing database, permission
/// or token, which an administrator may still add, and a proxy that answers in place of InfluxDB.
pub(super) fn of_write(reply: &Reply, points: usize) -> Verdict {
    let retry = |failure| Verdict::Retry(Retry::after_response(failure, reply));
    if reply.redirect.is_some() {
        return retry(Failure::Redirect);
    }
    match reply.status {
        204 => Verdict::WRITTEN,
        200 if reply.is_influxdb && !reply.has_error() => Verdict::WRITTEN,
        300..=399 => retry(Failure::Redirect),
        401 | 403 => retry(Failure::Unauthorized),
        404 => retry(Failure::NotFound),
        408 | 429 | 500.. => retry(Failure::Unavailable),
        413 => Verdict::Split { failure: Failure::TooLarge, reason: reply.reason() },
        400 | 422 if reply.rejects_points() => {
            if reply.body.contains("partial write") {
                Verdict::Written { rejected: rejected(&reply.body).clamp(1, points), reason: reply.reason() }
            } else {
                Verdict::Split { failure: Failure::Invalid, reason: reply.reason() }
            }
        }
        _ => retry(Failure::Unexpected),
    }
}

/// The outcome of creating the database. InfluxDB reports a failed statement with status 200, for instance when the
/// database exists with another retention.
pub(super) fn of_create(reply: &Reply) -> Creation {
    let retry = |failure| Creation::Retry(Retry::after_response(failure, reply));
    if reply.redirect.is_some() {
        return retry(Failure::Redirect);
    }
    match reply.status {
        200 if reply.has_error() => Creation::Refused(reply.reason()),
        200 if reply.is_influxdb || reply.body.contains("\"results\"") => Creation::Done,
        204 => Creation::Done,
        408 | 429 | 500.. => retry(Failure::Unavailable),
        300..=399 => retry(Failure::Redirect),
        400..=499 => Creation::Refused(reply.reason()),
        _ => retry(Failure::Unexpected),
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
mod tests;
