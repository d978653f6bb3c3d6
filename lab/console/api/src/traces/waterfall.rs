//! A trace as rows: each span below its parent, siblings ordered by start.
//!
//! Times are as reported. With clock skew between hosts, a span may begin before its parent, but never before the trace,
//! which begins with its earliest span.

use std::collections::{BTreeMap, BTreeSet};

use clients::jaeger::{Event, Span};
use serde::Serialize;
use serde_json::Value;

/// Maximum number of rows; further spans are only counted.
const MAX_ROWS: usize = 2000;
/// Maximum length of a tag's value, in bytes; the rest is cut off.
const MAX_VALUE: usize = 2048;

/// A trace. Times of spans count from the start of the trace.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Trace"))]
pub(crate) struct Waterfall {
    trace: String,
    /// Start, in Unix milliseconds.
    at: u64,
    duration_us: u64,
    spans: Vec<Row>,
    /// Number of spans above the maximum, which are not sent.
    left_out: usize,
}

/// A span in the order of the waterfall.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Span"))]
struct Row {
    id: String,
    /// As reported; the trace may lack this span.
    parent: Option<String>,
    service: String,
    name: String,
    start_us: u64,
    duration_us: u64,
    error: bool,
    kind: Option<String>,
    /// 0 for a root, and for a span whose parent is missing.
    depth: usize,
    tags: Vec<(String, String)>,
    events: Vec<SpanEvent>,
}

/// An event of a span.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct SpanEvent {
    at_us: u64,
    name: String,
    tags: Vec<(String, String)>,
}

/// From the earliest start to the latest end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start_us: u64,
    pub(super) duration_us: u64,
}

impl Extent {
    /// `None` without spans.
    pub(super) fn of(spans: &[Span]) -> Option<Self> {
        let start_us = spans.iter().map(|span| span.start_us).min()?;
        let end = spans.iter().map(|span| span.start_us.saturating_add(span.duration_us)).max()?;
        Some(Self { start_us, duration_us: end - start_us })
    }
}

impl Waterfall {
    /// `None` without spans.
    pub(super) fn new(trace: &str, spans: &[Span]) -> Option<Self> {
        let extent = Extent::of(spans)?;
        let count = spans.len();
        let rows: Vec<Row> = in_order(spans)
            .into_iter()
            .take(MAX_ROWS)
            .map(|(at, depth)| Row::new(&spans[at], depth, extent.start_us))
            .collect();
        Some(Self {
            trace: trace.to_ascii_lowercase(),
            at: extent.start_us / 1000,
            duration_us: extent.duration_us,
            left_out: count - rows.len(),
            spans: rows,
        })
    }
}

/// The index and depth of each span, parents before their children. Each span occurs once, even if parents form a cycle
/// or an id is used twice.
fn in_order(spans: &[Span]) -> Vec<(usize, usize)> {
    let mut by_start: Vec<usize> = (0..spans.len()).collect();
    by_start.sort_by_key(|at| spans[*at].start_us);
    let ids: BTreeSet<&str> = spans.iter().map(|span| span.id.as_str()).collect();
    let mut children: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut roots = Vec::new();
    for &at in &by_start {
        match spans[at].parent.as_deref().filter(|parent| ids.contains(parent)) {
            Some(parent) => children.entry(parent).or_default().push(at),
            None => roots.push(at),
        }
    }
    let mut placed = vec![false; spans.len()];
    let mut order = Vec::with_capacity(spans.len());
    // Spans that no root reaches form cycles: the earliest span of each becomes a root.
    for root in roots.into_iter().chain(by_start) {
        let mut stack = vec![(root, 0)];
        while let Some((at, depth)) = stack.pop() {
            if std::mem::replace(&mut placed[at], true) {
                continue;
            }
            order.push((at, depth));
            let children = children.get(spans[at].id.as_str()).map_or(&[][..], Vec::as_slice);
            stack.extend(children.iter().rev().map(|child| (*child, depth + 1)));
        }
    }
    order
}

impl Row {
    fn new(span: &Span, depth: usize, start_us: u64) -> Self {
        let kind = span.kind();
        Self {
            id: span.id.clone(),
            parent: span.parent.clone(),
            service: span.service.clone(),
            name: span.name.clone(),
            start_us: span.start_us - start_us,
            duration_us: span.duration_us,
            error: span.failed(),
            kind: (!kind.is_empty()).then(|| kind.to_owned()),
            depth,
            tags: as_text(&span.tags),
            events: span.events.iter().map(|event| SpanEvent::new(event, start_us)).collect(),
        }
    }
}

impl SpanEvent {
    fn new(event: &Event, start_us: u64) -> Self {
        let name = event.name.clone();
        Self { at_us: event.at_us.saturating_sub(start_us), name, tags: as_text(&event.tags) }
    }
}

fn as_text(tags: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let short = |mut text: String| {
        text.truncate(text.floor_char_boundary(MAX_VALUE));
        text
    };
    tags.iter().map(|(key, value)| (key.clone(), short(text(value)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(id: &str, parent: &str, start_us: u64) -> Span {
        Span {
            id: id.to_owned(),
            parent: (!parent.is_empty()).then(|| parent.to_owned()),
            start_us,
            duration_us: 10,
            ..Span::default()
        }
    }

    fn rows(spans: &[Span]) -> Vec<(String, usize, u64)> {
        let waterfall = Waterfall::new("A1", spans).unwrap();
        waterfall.spans.into_iter().map(|row| (row.id, row.depth, row.start_us)).collect()
    }

    fn row(id: &str, depth: usize, start_us: u64) -> (String, usize, u64) {
        (id.to_owned(), depth, start_us)
    }

    #[test]
    fn children_follow_their_parent_by_start() {
        let spans = [
            span("late", "root", 130),
            span("below", "early", 125),
            span("root", "", 100),
            span("early", "root", 120),
        ];
        let expected = [row("root", 0, 0), row("early", 1, 20), row("below", 2, 25), row("late", 1, 30)];
        assert_eq!(rows(&spans), expected);
    }

    #[test]
    fn an_orphan_is_a_root_and_clock_skew_yields_no_negative_time() {
        let spans = [span("root", "", 100), span("skewed", "root", 40), span("orphan", "missing", 150)];
        assert_eq!(rows(&spans), [row("root", 0, 60), row("skewed", 1, 0), row("orphan", 0, 110)]);
    }

    #[test]
    fn a_failed_span_has_its_error_kind_and_events() {
        let event = Event { at_us: 105, name: "exception".into(), tags: [("n".to_owned(), 1.into())].into() };
        let tags =
            [("otel.status_code".to_owned(), "ERROR".into()), ("span.kind".to_owned(), "client".into())];
        let failed = Span { tags: tags.into(), events: vec![event], ..span("a", "", 100) };
        let waterfall = Waterfall::new("t", &[failed]).unwrap();
        let row = &waterfall.spans[0];
        assert!(row.error);
        assert_eq!(row.kind.as_deref(), Some("client"));
        assert_eq!((row.events[0].at_us, row.events[0].tags[0].1.as_str()), (5, "1"));
    }

    #[test]
    fn counts_the_spans_above_the_maximum() {
        let spans =
            (0..MAX_ROWS + 3).map(|number| span(&number.to_string(), "0", number as u64)).collect::<Vec<_>>();
        let waterfall = Waterfall::new("t", &spans).unwrap();
        assert_eq!((waterfall.spans.len(), waterfall.left_out), (MAX_ROWS, 3));
    }

    proptest! {
        #[test]
        fn each_span_occurs_once_and_after_its_parent(parents in proptest::collection::vec((0u8..12, 0u8..12, 0u64..50), 1..40)) {
            let spans: Vec<Span> = parents
                .iter()
                .map(|(id, parent, start)| span(&id.to_string(), &parent.to_string(), *start))
                .collect();
            let order = in_order(&spans);
            let mut indices: Vec<usize> = order.iter().map(|(at, _)| *at).collect();
            for (place, (at, depth)) in order.iter().enumerate() {
                if *depth > 0 {
                    let before = &order[..place];
                    prop_assert!(before.iter().any(|(other, above)| *above + 1 == *depth && Some(&spans[*other].id) == spans[*at].parent.as_ref()));
                }
            }
            indices.sort_unstable();
            prop_assert_eq!(indices, (0..spans.len()).collect::<Vec<_>>());
        }
    }
}
