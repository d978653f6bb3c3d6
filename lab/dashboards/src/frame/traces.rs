//! Jaeger's search as a table, newest first.

use super::{super::answer::Trace, Field, Frame, Values};

pub(super) fn frame(ref_id: &str, traces: &[Trace]) -> Frame {
    let mut sorted: Vec<&Trace> = traces.iter().collect();
    sorted.sort_by_key(|trace| std::cmp::Reverse(trace.start_us));
    let texts = |text: fn(&Trace) -> &str| {
        Values::Texts(sorted.iter().map(|trace| Some(text(trace).to_owned())).collect())
    };
    let shown =
        |name: &str, shown: &str, values| Field { shown: Some(shown.into()), ..Field::new(name, values) };
    let start = Values::Times(sorted.iter().map(|trace| Some(trace.start_us / 1000)).collect());
    let took = Values::Numbers(sorted.iter().map(|trace| Some(trace.duration_us as f64)).collect());
    let fields = vec![
        shown("traceID", "Trace ID", texts(|trace| &trace.id)),
        shown("traceName", "Trace name", texts(|trace| &trace.name)),
        shown("startTime", "Start time", start),
        Field { unit: Some("µs"), ..shown("duration", "Duration", took) },
    ];
    Frame { ref_id: ref_id.to_owned(), fields, ..Frame::default() }
}
