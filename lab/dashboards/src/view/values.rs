//! A number for each field.

use serde::Serialize;

use super::data::PanelData;
use crate::{
    Unsupported,
    config::{Config, Pattern},
    frame::{Field, Frame, display_name},
    options::{Reduce, Which},
    reduce::Calc,
};

/// A number.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "SingleValue"))]
pub struct Value {
    /// How it is shown.
    pub config: Config,
    /// What is no number is none.
    pub value: Option<f64>,
    /// How it came to be.
    pub spark: Option<Spark>,
}

/// A small line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Spark {
    /// Unix milliseconds.
    pub times: Vec<i64>,
    /// One a time.
    pub values: Vec<Option<f64>>,
}

/// Where there is no field, one value without a number says so.
pub(super) fn draw(data: &PanelData<'_>, reduce: &Reduce, sparks: bool) -> Result<Vec<Value>, Unsupported> {
    let pattern = match &reduce.fields {
        Which::Pattern(text) => Some(Pattern::of(text)?),
        Which::Numbers => None,
    };
    let mut values = Vec::new();
    for frame in data.frames {
        for (at, field) in frame.fields.iter().enumerate() {
            let Some(numbers) = field.numbers() else { continue };
            let shown = display_name(field, frame, data.frames);
            if pattern.as_ref().is_some_and(|pattern| !pattern.matches(&shown)) {
                continue;
            }
            let config = data.config(frame, at);
            let made = |value: Option<f64>, spark| Value {
                config: config.clone(),
                value: value.filter(|value| value.is_finite()),
                spark,
            };
            if reduce.all {
                values.extend(numbers.iter().map(|number| made(*number, None)));
            } else {
                let calc = reduce.calcs.first().copied().unwrap_or(Calc::Last);
                let spark = if sparks { spark(frame, field) } else { None };
                values.push(made(calc.reduce(numbers), spark));
            }
        }
    }
    values.truncate(reduce.limit);
    if values.is_empty() {
        values.push(Value { config: data.configs.of_nothing(), value: None, spark: None });
    }
    Ok(values)
}

/// One point is no line.
fn spark(frame: &Frame, field: &Field) -> Option<Spark> {
    let times = frame.times()?.iter().copied().flatten();
    let points = times.zip(field.numbers()?.iter().map(|number| number.filter(|number| number.is_finite())));
    let (times, values): (Vec<i64>, Vec<Option<f64>>) = points.unzip();
    (times.len() > 1).then_some(Spark { times, values })
}
