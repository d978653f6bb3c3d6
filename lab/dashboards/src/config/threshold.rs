//! Thresholds: from which value on which colour.

use serde::Serialize;

use super::{super::read::Object, color::colour};

/// Colours by value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Thresholds {
    /// What the steps' values are of.
    pub mode: ThresholdsMode,
    /// Lowest first.
    pub steps: Vec<Step>,
}

/// What the steps' values are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ThresholdsMode {
    /// The value itself.
    Absolute,
    /// Its place between min and max, in percent.
    Percentage,
}

/// A colour and where it begins.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "ThresholdStep"))]
pub struct Step {
    /// The first value that has it; of the lowest step none.
    pub from: Option<f64>,
    /// A name of Grafana's, or `#rrggbb`.
    pub color: String,
}

impl Thresholds {
    pub(super) fn read(object: &Object<'_>) -> Self {
        const MODES: [(&str, ThresholdsMode); 2] =
            [("absolute", ThresholdsMode::Absolute), ("percentage", ThresholdsMode::Percentage)];
        let mode = object.choice("mode", &MODES).unwrap_or(ThresholdsMode::Absolute);
        let step =
            |step: Object<'_>| Some(Step { from: step.number("value"), color: colour(&step, "color")? });
        let mut steps: Vec<Step> = object.objects("steps").into_iter().filter_map(step).collect();
        let from = |step: &Step| step.from.unwrap_or(f64::NEG_INFINITY);
        steps.sort_by(|a, b| from(a).total_cmp(&from(b)));
        Self { mode, steps }
    }
}
