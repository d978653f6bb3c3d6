//! The order of spans on a page: parents before their children, siblings by start.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::otlp::Received;

/// Start and duration of a trace, in microseconds.
pub(super) fn extent(spans: &[Arc<Received>]) -> (u64, u64) {
    let start = spans.iter().map(|received| received.span.start_time_unix_nano).min().unwrap_or(0);
    let end = spans.iter().map(|received| received.span.end_time_unix_nano).max().unwrap_or(0);
    (start / 1000, end.saturating_sub(start) / 1000)
}

/// Each span once, with its depth. A span without a known parent is a root; of a cycle, the first span is.
pub(super) fn rows(spans: &[Arc<Received>]) -> Vec<(&Received, usize)> {
    let mut by_start: Vec<&Received> = spans.iter().map(Arc::as_ref).collect();
    by_start.sort_by_key(|received| received.span.start_time_unix_nano);
    let known: HashSet<&[u8]> = by_start.iter().map(|received| &*received.span.span_id).collect();

    let mut children: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    let (mut roots, mut others) = (Vec::new(), Vec::new());
    for (index, received) in by_start.iter().enumerate() {
        let parent = &*received.span.parent_span_id;
        if known.contains(parent) {
            children.entry(parent).or_default().push(index);
            others.push(index);
        } else {
            roots.push(index);
        }
    }

    let mut rows = Vec::with_capacity(by_start.len());
    let mut seen = vec![false; by_start.len()];
    for root in roots.into_iter().chain(others) {
        let mut next = vec![(root, 0)];
        while let Some((index, depth)) = next.pop() {
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            rows.push((by_start[index], depth));
            let below = children.get(&*by_start[index].span.span_id).into_iter().flatten();
            next.extend(below.rev().map(|child| (*child, depth + 1)));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use crate::otlp::trace::Span;

    use super::*;

    fn span(id: u8, parent: u8, start: u64) -> Arc<Received> {
        let parent_span_id = if parent == 0 { Vec::new() } else { vec![parent; 8] };
        let span =
            Span { span_id: vec![id; 8], parent_span_id, start_time_unix_nano: start, ..Span::default() };
        Arc::new(Received { service: "s".into(), resource: Arc::from([]), scope: Arc::default(), span })
    }

    fn ids(spans: &[Arc<Received>]) -> Vec<(u8, usize)> {
        rows(spans).into_iter().map(|(received, depth)| (received.span.span_id[0], depth)).collect()
    }

    #[test]
    fn parents_come_before_children_and_siblings_by_start() {
        let spans = [span(4, 2, 40), span(3, 1, 30), span(2, 1, 20), span(1, 0, 10)];
        assert_eq!(ids(&spans), [(1, 0), (2, 1), (4, 2), (3, 1)]);
    }

    #[test]
    fn orphans_cycles_and_duplicate_ids_keep_every_span() {
        let spans = [span(1, 9, 1), span(2, 3, 2), span(3, 2, 3), span(4, 4, 4), span(1, 0, 5)];
        assert_eq!(rows(&spans).len(), spans.len());
    }
}
