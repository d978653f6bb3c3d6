//! Series over shared times.

use std::collections::BTreeMap;

use serde::Serialize;

use super::data::PanelData;
use crate::{
    Unsupported,
    config::{Config, SpanNulls},
    frame::{Field, Frame, Values},
    options::Legend,
    reduce::Calc,
    response::Labels,
};

/// Series over shared times.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "SeriesView"))]
pub struct SeriesSet {
    /// Unix milliseconds, each once, in order.
    pub times: Vec<i64>,
    /// Between two points, in milliseconds: the finest of all; 0 if unknown.
    pub step_ms: i64,
    /// In the order of the targets.
    pub series: Vec<Series>,
}

/// A series.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Series {
    /// The target that asked for it.
    #[serde(rename = "ref")]
    pub ref_id: String,
    /// Its labels or tags.
    pub labels: Labels,
    /// How it is shown.
    pub config: Config,
    /// One a time; what is no number is none.
    pub values: Vec<Option<f64>>,
    /// What its legend shows.
    pub calcs: BTreeMap<Calc, Option<f64>>,
}

pub(super) fn draw(data: &PanelData<'_>, legend: &Legend) -> Result<SeriesSet, Unsupported> {
    let times = shared(data.frames);
    let steps = data.frames.iter().map(|frame| frame.step_ms).filter(|step| *step > 0);
    let step_ms = steps.min().unwrap_or(0);
    let mut series = Vec::new();
    for frame in data.frames {
        let Some(own) = frame.times() else {
            if frame.rows() == 0 {
                continue;
            }
            return Err(Unsupported(format!("data of {} without a time", frame.ref_id)));
        };
        for (at, field) in frame.fields.iter().enumerate() {
            match &field.values {
                Values::Times(_) => {}
                Values::Numbers(numbers) => {
                    let mut config = data.config(frame, at);
                    widen_gaps(&mut config, frame, step_ms);
                    series.push(one(frame, field, config, on(&times, own, numbers), legend));
                }
                Values::Texts(_) if frame.rows() == 0 => {}
                Values::Texts(_) => return Err(Unsupported(format!("words of {} over time", frame.ref_id))),
            }
        }
    }
    Ok(SeriesSet { times, step_ms, series })
}

fn one(frame: &Frame, field: &Field, config: Config, values: Vec<Option<f64>>, legend: &Legend) -> Series {
    let own = field.numbers().unwrap_or_default();
    let calcs = legend.calcs.iter().map(|calc| (*calc, finite(calc.reduce(own))));
    Series {
        ref_id: frame.ref_id.clone(),
        labels: field.labels.clone(),
        config,
        values: values.into_iter().map(finite).collect(),
        calcs: calcs.collect(),
    }
}

/// JSON has no other numbers.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// The times of finer series are no gaps in a coarser one.
fn widen_gaps(config: &mut Config, frame: &Frame, finest: i64) {
    let own = frame.step_ms as f64;
    config.custom.span_nulls = match config.custom.span_nulls {
        SpanNulls::Is(false) if frame.step_ms > finest => SpanNulls::UpTo(own),
        SpanNulls::UpTo(most) => SpanNulls::UpTo(if frame.step_ms > finest { most.max(own) } else { most }),
        other @ SpanNulls::Is(_) => other,
    };
}

/// All times, each once, in order.
fn shared(frames: &[Frame]) -> Vec<i64> {
    let mut times: Vec<i64> = Vec::new();
    for frame in frames {
        let own = || frame.times().unwrap_or_default().iter().copied().flatten();
        // Most have the same.
        if !own().eq(times.iter().copied()) {
            times.extend(own());
            times.sort();
            times.dedup();
        }
    }
    times
}

/// A series' values at the times of all; of two at one time the later one.
fn on(times: &[i64], own: &[Option<i64>], numbers: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut values = vec![None; times.len()];
    let mut next = 0;
    for (time, number) in own.iter().zip(numbers) {
        let Some(time) = time else { continue };
        // Mostly it is the one behind the last.
        let at = if times.get(next) == Some(time) { Ok(next) } else { times.binary_search(time) };
        if let Ok(at) = at {
            values[at] = *number;
            next = at + 1;
        }
    }
    values
}
