//! Whether a data source responds, judged by the queries that were sent to it.

use std::time::Instant;

use clients::time::unix_now;
use parking_lot::Mutex;
use serde::Serialize;

use crate::metrics::Source;

/// A data source that does not respond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct SourceDown {
    pub(super) source: Source,
    /// A phrase that follows the source's name.
    pub(super) reason: String,
    /// Time of the first failure, in Unix milliseconds.
    pub(super) since: i64,
}

/// The health of one source.
#[derive(Debug, Default)]
pub(super) struct SourceHealth(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last_response: Option<Instant>,
    down: Option<(String, i64)>,
}

impl SourceHealth {
    /// Records a response, which may be an error of the query.
    pub(super) fn responded(&self) {
        *self.0.lock() = State { last_response: Some(Instant::now()), down: None };
    }

    /// Records that a query sent at `started` got no response. A slow query is no outage: others have a response meanwhile.
    pub(super) fn failed(&self, started: Instant, reason: &str) {
        let mut state = self.0.lock();
        if state.last_response.is_some_and(|at| at >= started) {
            return;
        }
        let since = state.down.as_ref().map_or_else(|| (unix_now() * 1000.0) as i64, |(_, since)| *since);
        state.down = Some((reason.to_owned(), since));
    }

    pub(super) fn down(&self, source: Source) -> Option<SourceDown> {
        self.0.lock().down.clone().map(|(reason, since)| SourceDown { source, reason, since })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn is_down_from_the_first_failure_until_a_response() {
        let health = SourceHealth::default();
        assert_eq!(health.down(Source::Jaeger), None);
        health.failed(Instant::now(), "first");
        let first = health.down(Source::Jaeger).unwrap();
        health.failed(Instant::now(), "second");
        let second = health.down(Source::Jaeger).unwrap();
        assert_eq!((second.reason.as_str(), second.since), ("second", first.since));
        health.responded();
        assert_eq!(health.down(Source::Jaeger), None);
    }

    #[test]
    fn a_query_that_times_out_while_others_get_responses_is_no_outage() {
        let health = SourceHealth::default();
        let started = Instant::now();
        health.responded();
        health.failed(started, "no answer in 5s");
        assert_eq!(health.down(Source::Prometheus), None);
        health.failed(Instant::now() + Duration::from_millis(1), "no answer in 5s");
        assert!(health.down(Source::Prometheus).is_some());
    }
}
