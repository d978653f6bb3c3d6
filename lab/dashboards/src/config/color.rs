//! Colors and thresholds.

use serde::Serialize;

use crate::read::Object;

/// The color of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Color {
    /// How the color is chosen.
    pub mode: ColorMode,
    /// The fixed color: a Grafana color name or `#rrggbb`. Set with [`ColorMode::Fixed`] only.
    pub fixed: Option<String>,
}

/// How a color is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ColorMode {
    /// A fixed color.
    Fixed,
    /// By the field's position.
    Palette,
    /// By the value.
    Thresholds,
}

const HUES: [&str; 6] = ["red", "orange", "yellow", "green", "blue", "purple"];
const SHADES: [&str; 5] = ["", "dark-", "semi-dark-", "light-", "super-light-"];
const OTHERS: [&str; 5] = ["text", "transparent", "panel-bg", "white", "black"];

/// Whether the name is a Grafana color or `#rrggbb`.
fn is_known(name: &str) -> bool {
    let named = || HUES.iter().any(|hue| name.strip_suffix(hue).is_some_and(|shade| SHADES.contains(&shade)));
    let hex = || {
        let digits = name.strip_prefix('#');
        digits.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    OTHERS.contains(&name) || named() || hex()
}

/// Reads a color. An unknown color is recorded as unsupported.
pub(super) fn read_color(object: &Object<'_>, key: &str) -> Option<String> {
    let name = object.text(key)?;
    if !is_known(name) {
        object.reject(key);
        return None;
    }
    Some(name.to_owned())
}

impl Color {
    /// `default` is the default mode of the panel type.
    pub(super) fn read(object: &Object<'_>, default: ColorMode) -> Self {
        const MODES: [(&str, ColorMode); 3] = [
            ("fixed", ColorMode::Fixed),
            ("palette-classic", ColorMode::Palette),
            ("thresholds", ColorMode::Thresholds),
        ];
        let mode = object.choice("mode", &MODES).unwrap_or(default);
        // The value of the series that determines its color.
        object.allow("seriesBy", &["last".into()]);
        let fixed = read_color(object, "fixedColor").filter(|_| mode == ColorMode::Fixed);
        Self { mode, fixed }
    }
}

/// Colors by value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Thresholds {
    /// Reference of the steps' values.
    pub mode: ThresholdsMode,
    /// Steps in ascending order.
    pub steps: Vec<Step>,
}

/// Reference of the steps' values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ThresholdsMode {
    /// Absolute values.
    Absolute,
    /// Percentages of the range from min to max.
    Percentage,
}

/// A color and its lower bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "ThresholdStep"))]
pub struct Step {
    /// Inclusive lower bound. `None` for the lowest step.
    pub from: Option<f64>,
    /// A Grafana color name or `#rrggbb`.
    pub color: String,
}

impl Thresholds {
    pub(super) fn read(object: &Object<'_>) -> Self {
        const MODES: [(&str, ThresholdsMode); 2] =
            [("absolute", ThresholdsMode::Absolute), ("percentage", ThresholdsMode::Percentage)];
        let mode = object.choice("mode", &MODES).unwrap_or(ThresholdsMode::Absolute);
        let step =
            |step: Object<'_>| Some(Step { from: step.number("value"), color: read_color(&step, "color")? });
        let mut steps: Vec<Step> = object.objects("steps").into_iter().filter_map(step).collect();
        let from = |step: &Step| step.from.unwrap_or(f64::NEG_INFINITY);
        steps.sort_by(|a, b| from(a).total_cmp(&from(b)));
        Self { mode, steps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_grafana_color_names_and_hexadecimal_colors() {
        for name in
            ["green", "dark-red", "semi-dark-orange", "super-light-blue", "text", "transparent", "#1f60C4"]
        {
            assert!(is_known(name), "{name}");
        }
        for name in ["", "greenish", "very-dark-red", "dark-", "#12", "#1234567", "#12345g", "rgb(1,2,3)"] {
            assert!(!is_known(name), "{name}");
        }
    }
}
