//! One number per field, for stats and gauges.

use serde::Serialize;

use super::data::PanelData;
use crate::{
    Unsupported,
    config::{Config, Pattern},
    frame::{Field, Frame, display_name},
    options::{FieldFilter, Reduce},
    reduce::Calc,
};

/// A number.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "SingleValue"))]
pub struct Value {
    /// Configuration.
    pub config: Config,
    /// The number. `None` if it is missing or not finite.
    pub value: Option<f64>,
    /// The history of the number, if the panel shows it.
    pub spark: Option<Spark>,
}

/// A sparkline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Spark {
    /// Unix milliseconds.
    pub times: Vec<i64>,
    /// One value per time.
    pub values: Vec<Option<f64>>,
}

/// Reduces the fields. Without fields, returns one value without a number.
pub(super) fn draw(data: &PanelData<'_>, reduce: &Reduce, sparks: bool) -> Result<Vec<Value>, Unsupported> {
    let pattern = match &reduce.fields {
        FieldFilter::Pattern(text) => Some(Pattern::of(text)?),
        FieldFilter::Numbers => None,
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
            let value_of = |value: Option<f64>, spark| Value {
                config: config.clone(),
                value: value.filter(|value| value.is_finite()),
                spark,
            };
            if reduce.all {
                values.extend(numbers.iter().map(|number| value_of(*number, None)));
            } else {
                let calc = reduce.calcs.first().copied().unwrap_or(Calc::Last);
                let spark = if sparks { spark(frame, field) } else { None };
                values.push(value_of(calc.reduce(numbers), spark));
            }
        }
    }
    values.truncate(reduce.limit);
    if values.is_empty() {
        values.push(Value { config: data.configs.without_field(), value: None, spark: None });
    }
    Ok(values)
}

/// The sparkline of a field. `None` for fewer than two points.
fn spark(frame: &Frame, field: &Field) -> Option<Spark> {
    let times = frame.times()?.iter().copied().flatten();
    let points = times.zip(field.numbers()?.iter().map(|number| number.filter(|number| number.is_finite())));
    let (times, values): (Vec<i64>, Vec<Option<f64>>) = points.unzip();
    (times.len() > 1).then_some(Spark { times, values })
}
