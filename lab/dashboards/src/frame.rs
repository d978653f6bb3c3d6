//! Frames: responses as tables of fields, as Grafana's data sources return them to a panel.

mod data;
mod influxql;
mod prometheus;

use crate::{
    Unsupported,
    response::{QueryResponse, Response, Trace},
    variables::Bound,
};

pub use self::data::{Field, Frame, Values, display_name};

/// Converts a panel's responses into frames, in Grafana's order: series, tables, heat maps.
///
/// # Errors
///
/// Returns an error if a target's format is not supported.
pub fn frames(responses: &[QueryResponse<'_>], variables: &[Bound]) -> Result<Vec<Frame>, Unsupported> {
    let (mut series, mut tables, mut heatmaps) = (Vec::new(), Vec::new(), Vec::new());
    for query in responses {
        match query.response {
            Response::Prometheus(response) => {
                let frames = prometheus::frames(query, response, variables);
                match query.target.format.as_deref() {
                    None | Some("" | "time_series") => series.extend(frames),
                    Some("table") => tables.push(prometheus::Table { ref_id: &query.target.ref_id, frames }),
                    Some("heatmap") => heatmaps.extend(prometheus::histograms(frames)),
                    Some(other) => return Err(Unsupported(format!("targets.format = {other:?}"))),
                }
            }
            Response::InfluxQl(response) => series.extend(influxql::frames(query, response, variables)?),
            Response::Traces(response) => series.push(traces(&query.target.ref_id, response)),
        }
    }
    series.extend(prometheus::tables(tables));
    series.extend(heatmaps);
    Ok(series)
}

/// The result of a trace search as a table, newest first.
fn traces(ref_id: &str, traces: &[Trace]) -> Frame {
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
