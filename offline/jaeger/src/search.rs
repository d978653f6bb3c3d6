//! The search of `/api/traces`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::duration;
use crate::otlp::{InvalidTraceId, Received, Ring, TraceId};
use crate::tags;

const DEFAULT_LIMIT: usize = 100;
const DEFAULT_LOOKBACK: Duration = Duration::from_secs(2 * 24 * 3600);

/// Criteria of a search. A trace matches if one of its spans meets all of them.
#[derive(Debug)]
pub(crate) struct Search {
    /// Ids of traces. If there are any, the other criteria are ignored.
    pub(crate) ids: Vec<TraceId>,
    pub(crate) service: String,
    pub(crate) operation: String,
    tags: BTreeMap<String, String>,
    /// Earliest and latest start, in microseconds since 1970.
    start: u64,
    end: u64,
    /// Minimum and maximum duration, in microseconds.
    min: u64,
    max: u64,
    pub(crate) limit: usize,
}

/// An invalid search. The messages are Jaeger's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("parameter 'service' is required")]
    NoService,
    #[error("unable to parse param '{0}': {1}")]
    Parameter(&'static str, String),
    #[error("invalid parameter: start time must be before end time")]
    StartAfterEnd,
    #[error("'maxDuration' should be greater than 'minDuration'")]
    MaxBelowMin,
}

impl Search {
    /// Parses query parameters. Unknown ones are ignored, as in Jaeger: its pages send `lookback` with `start`.
    pub(crate) fn new(parameters: &[(String, String)]) -> Result<Self, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut search = Self {
            ids: Vec::new(),
            service: String::new(),
            operation: String::new(),
            tags: BTreeMap::new(),
            start: micros(now.saturating_sub(DEFAULT_LOOKBACK)),
            end: micros(now),
            min: 0,
            max: u64::MAX,
            limit: DEFAULT_LIMIT,
        };
        for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "service" => search.service.clone_from(value),
                "operation" => search.operation.clone_from(value),
                "traceID" => search.ids.push(value.parse().map_err(invalid_id)?),
                "start" => search.start = number("start", value)?,
                "end" => search.end = number("end", value)?,
                "limit" => search.limit = limit(value)?,
                "minDuration" => search.min = parse_duration("minDuration", value)?,
                "maxDuration" => search.max = parse_duration("maxDuration", value)?,
                "tag" => {
                    let (key, value) = value
                        .split_once(':')
                        .ok_or_else(|| Error::Parameter("tag", format!("expected key:value, got {value}")))?;
                    search.tags.insert(key.to_owned(), value.to_owned());
                }
                "tags" => {
                    let tags: BTreeMap<String, String> =
                        serde_json::from_str(value).map_err(|e| Error::Parameter("tags", e.to_string()))?;
                    search.tags.extend(tags);
                }
                _ => {}
            }
        }
        match &search {
            Self { ids, service, .. } if ids.is_empty() && service.is_empty() => Err(Error::NoService),
            Self { start, end, .. } if start > end => Err(Error::StartAfterEnd),
            Self { min, max, .. } if min > max => Err(Error::MaxBelowMin),
            _ => Ok(search),
        }
    }

    /// The matching traces, newest first, up to the limit.
    pub(crate) fn run(&self, ring: &Ring) -> Vec<(TraceId, Vec<Arc<Received>>)> {
        let matches = |spans: &[Arc<Received>]| spans.iter().any(|span| self.matches(span));
        if self.ids.is_empty() {
            let hits = ring.traces().filter(|(_, spans)| matches(spans)).take(self.limit);
            hits.map(|(id, spans)| (id, spans.to_vec())).collect()
        } else {
            let found = self.ids.iter().map(|id| (*id, ring.trace(*id).to_vec()));
            found.filter(|(_, spans)| !spans.is_empty()).collect()
        }
    }

    fn matches(&self, received: &Received) -> bool {
        let start = received.span.start_time_unix_nano / 1000;
        *received.service == *self.service
            && (self.operation.is_empty() || received.span.name == self.operation)
            && (self.start..=self.end).contains(&start)
            && (self.min..=self.max).contains(&duration(received))
            && self.matches_tags(received)
    }

    fn matches_tags(&self, received: &Received) -> bool {
        if self.tags.is_empty() {
            return true;
        }
        let mut tags = tags::of_span(received);
        tags.extend(tags::of_resource(received));
        self.tags.iter().all(|(key, value)| tags.iter().any(|tag| tag.key == *key && tag.as_text() == *value))
    }
}

fn invalid_id(error: InvalidTraceId) -> Error {
    Error::Parameter("traceID", error.to_string())
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn number(name: &'static str, value: &str) -> Result<u64, Error> {
    value.parse().map_err(|_| Error::Parameter(name, format!("{value} is not a number of microseconds")))
}

fn limit(value: &str) -> Result<usize, Error> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Error::Parameter("limit", format!("{value} is not a number greater than 0")))
}

/// Parses a duration with one unit in Go's notation, such as `1.5s` or `300ms`; returns microseconds.
fn parse_duration(name: &'static str, value: &str) -> Result<u64, Error> {
    let error = || Error::Parameter(name, format!("{value} is not a duration such as 1.5s or 300ms"));
    let unit_at = value.find(|c: char| c.is_alphabetic()).ok_or_else(error)?;
    let (number, unit) = value.split_at(unit_at);
    let number: f64 = number.parse().ok().filter(|number| *number >= 0.0).ok_or_else(error)?;
    let micros = match unit {
        "ns" => 1e-3,
        "us" | "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 60e6,
        "h" => 3600e6,
        _ => return Err(error()),
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; not negative")]
    Ok((number * micros) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(parameters: &[(&str, &str)]) -> Result<Search, String> {
        let owned: Vec<_> = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Search::new(&owned).map_err(|error| error.to_string())
    }

    #[test]
    fn invalid_parameters_are_reported_by_name() {
        assert_eq!(search(&[]).unwrap_err(), "parameter 'service' is required");
        let error = search(&[("service", "a"), ("limit", "0")]).unwrap_err();
        assert_eq!(error, "unable to parse param 'limit': 0 is not a number greater than 0");
        assert!(search(&[("service", "a"), ("start", "x")]).unwrap_err().contains("'start'"));
        assert!(search(&[("service", "a"), ("start", "2"), ("end", "1")]).is_err());
        assert!(search(&[("service", "a"), ("tag", "x")]).is_err());
        assert!(search(&[("service", "a"), ("tags", "{")]).is_err());
        assert!(search(&[("traceID", "xyz")]).is_err());
        assert!(search(&[("service", "a"), ("minDuration", "2s"), ("maxDuration", "1s")]).is_err());
    }

    #[test]
    fn durations_have_one_of_gos_units() {
        for (text, micros) in
            [("1.5s", 1_500_000), ("300ms", 300_000), ("2us", 2), ("5µs", 5), ("1m", 60_000_000)]
        {
            assert_eq!(search(&[("service", "a"), ("minDuration", text)]).unwrap().min, micros);
        }
        for text in ["5", "s", "-1s", "1d", "NaNs"] {
            assert!(search(&[("service", "a"), ("minDuration", text)]).is_err(), "{text}");
        }
    }
}
