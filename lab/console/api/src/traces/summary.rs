//! A list of traces, one line each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use clients::jaeger::{Span, Trace};
use serde::Serialize;

use super::waterfall::Extent;

/// A trace as one line of the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct TraceSummary {
    trace: String,
    /// Service and name of its earliest root span.
    root: String,
    /// Start, in Unix milliseconds.
    at: u64,
    duration_ms: f64,
    /// Number of spans.
    spans: usize,
    /// Number of failed spans.
    errors: usize,
    /// Sorted.
    services: Vec<String>,
}

/// The latest `limit` traces, newest first and without duplicates.
pub(super) fn latest(found: Vec<Trace>, limit: usize) -> Vec<TraceSummary> {
    // The search of each of its services finds a trace; its copies may differ, and the longest one is the most complete.
    let mut by_id: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for Trace { id, spans } in found {
        let known = by_id.entry(id).or_default();
        if spans.len() > known.len() {
            *known = spans;
        }
    }
    let mut all: Vec<TraceSummary> =
        by_id.into_iter().filter_map(|(id, spans)| TraceSummary::of(id, &spans)).collect();
    all.sort_by_key(|one| Reverse(one.at));
    all.truncate(limit);
    all
}

impl TraceSummary {
    fn of(trace: String, spans: &[Span]) -> Option<Self> {
        let extent = Extent::of(spans)?;
        let ids: BTreeSet<&str> = spans.iter().map(|span| span.id.as_str()).collect();
        let is_root = |span: &&Span| span.parent.as_deref().is_none_or(|parent| !ids.contains(parent));
        let first = spans.iter().filter(is_root).min_by_key(|span| span.start_us).unwrap_or(&spans[0]);
        let services: BTreeSet<&str> = spans.iter().map(|span| span.service.as_str()).collect();
        Some(Self {
            trace,
            root: format!("{} {}", first.service, first.name),
            at: extent.start_us / 1000,
            duration_ms: extent.duration_us as f64 / 1000.0,
            spans: spans.len(),
            errors: spans.iter().filter(|span| span.failed()).count(),
            services: services.into_iter().map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(id: &str, parent: Option<&str>, service: &str, start_us: u64) -> Span {
        Span {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            service: service.to_owned(),
            name: "GET".to_owned(),
            start_us,
            duration_us: 500,
            ..Span::default()
        }
    }

    #[test]
    fn lists_the_latest_first_without_duplicates() {
        let trace = |id: &str, spans: &[Span]| Trace { id: id.to_owned(), spans: spans.to_vec() };
        let older = span("1", Some("span-of-an-external-caller"), "envoy", 1_000);
        let newer = [span("1", None, "envoy", 9_000), span("2", Some("1"), "web-client", 9_200)];
        let found = vec![
            trace("a", std::slice::from_ref(&older)),
            trace("b", &newer[..1]),
            trace("b", &newer),
            trace("b", &newer[1..]),
        ];
        let listed = latest(found.clone(), 10);
        assert_eq!(listed.iter().map(|one| one.trace.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let expected = TraceSummary {
            trace: "b".into(),
            root: "envoy GET".into(),
            at: 9,
            duration_ms: 0.7,
            spans: 2,
            errors: 0,
            services: vec!["envoy".into(), "web-client".into()],
        };
        assert_eq!(listed[0], expected);
        assert_eq!(latest(found, 1).len(), 1);
    }
}
