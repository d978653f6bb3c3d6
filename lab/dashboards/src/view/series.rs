//! Series with common times.

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

/// Series with common times.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "SeriesView"))]
pub struct SeriesSet {
    /// Unix milliseconds, ascending and without duplicates.
    pub times: Vec<i64>,
    /// Distance between two points, in milliseconds: the smallest of all series. 0 if unknown.
    pub step_ms: i64,
    /// Series in the order of the targets.
    pub series: Vec<Series>,
}

/// A series.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Series {
    /// The target's `refId`.
    #[serde(rename = "ref")]
    pub ref_id: String,
    /// Labels or tags.
    pub labels: Labels,
    /// Configuration.
    pub config: Config,
    /// One value per time. Missing and non-finite values are `None`.
    pub values: Vec<Option<f64>>,
    /// Calculations of the legend.
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
            return Err(Unsupported(format!("data of {} without times", frame.ref_id)));
        };
        for (at, field) in frame.fields.iter().enumerate() {
            match &field.values {
                Values::Times(_) => {}
                Values::Numbers(numbers) => {
                    let mut config = data.config(frame, at);
                    widen_gaps(&mut config, frame, step_ms);
                    series.push(one(frame, field, config, align(&times, own, numbers), legend));
                }
                Values::Texts(_) if frame.rows() == 0 => {}
                Values::Texts(_) => return Err(Unsupported(format!("text of {} over time", frame.ref_id))),
            }
        }
    }
    Ok(SeriesSet { times, step_ms, series })
}

fn one(frame: &Frame, field: &Field, config: Config, values: Vec<Option<f64>>, legend: &Legend) -> Series {
    let numbers = field.numbers().unwrap_or_default();
    let calcs = legend.calcs.iter().map(|calc| (*calc, finite(calc.reduce(numbers))));
    Series {
        ref_id: frame.ref_id.clone(),
        labels: field.labels.clone(),
        config,
        values: values.into_iter().map(finite).collect(),
        calcs: calcs.collect(),
    }
}

/// Removes NaN and infinities, which JSON cannot represent.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// Connects points of a series across the additional times of series with a smaller step.
fn widen_gaps(config: &mut Config, frame: &Frame, finest: i64) {
    let step = frame.step_ms as f64;
    config.custom.span_nulls = match config.custom.span_nulls {
        SpanNulls::Is(false) if frame.step_ms > finest => SpanNulls::UpTo(step),
        SpanNulls::UpTo(limit) => {
            SpanNulls::UpTo(if frame.step_ms > finest { limit.max(step) } else { limit })
        }
        other @ SpanNulls::Is(_) => other,
    };
}

/// The times of all frames, ascending and without duplicates.
fn shared(frames: &[Frame]) -> Vec<i64> {
    let mut times: Vec<i64> = Vec::new();
    for frame in frames {
        let own = || frame.times().unwrap_or_default().iter().copied().flatten();
        // Most frames have the same times.
        if !own().eq(times.iter().copied()) {
            times.extend(own());
            times.sort();
            times.dedup();
        }
    }
    times
}

/// A series' values at the common times. The last of several values at the same time wins.
fn align(times: &[i64], own: &[Option<i64>], numbers: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut values = vec![None; times.len()];
    let mut next = 0;
    for (time, number) in own.iter().zip(numbers) {
        let Some(time) = time else { continue };
        // Usually the next common time.
        let at = if times.get(next) == Some(time) { Ok(next) } else { times.binary_search(time) };
        if let Ok(at) = at {
            values[at] = *number;
            next = at + 1;
        }
    }
    values
}
