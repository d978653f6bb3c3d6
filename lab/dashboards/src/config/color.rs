//! Grafana's colours.

use serde::Serialize;

use crate::read::Object;

/// Where a field's colour comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Color {
    /// The way.
    pub mode: ColorMode,
    /// A name of Grafana's, or `#rrggbb`; with a fixed colour only.
    pub fixed: Option<String>,
}

/// The ways to a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ColorMode {
    /// The one given.
    Fixed,
    /// By the field's place among all.
    Palette,
    /// By its value.
    Thresholds,
}

const HUES: [&str; 6] = ["red", "orange", "yellow", "green", "blue", "purple"];
const SHADES: [&str; 5] = ["", "dark-", "semi-dark-", "light-", "super-light-"];
const OTHERS: [&str; 5] = ["text", "transparent", "panel-bg", "white", "black"];

/// Whether that is a colour of Grafana's, or `#rrggbb`.
fn is_known(name: &str) -> bool {
    let named = || HUES.iter().any(|hue| name.strip_suffix(hue).is_some_and(|shade| SHADES.contains(&shade)));
    let hex = || {
        let digits = name.strip_prefix('#');
        digits.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    OTHERS.contains(&name) || named() || hex()
}

/// Reads a colour, and names one that is not known.
pub(super) fn read_color(object: &Object<'_>, key: &str) -> Option<String> {
    let name = object.text(key)?;
    if !is_known(name) {
        object.reject(key);
        return None;
    }
    Some(name.to_owned())
}

impl Color {
    /// `default` is what the kind of panel does without being told.
    pub(super) fn read(object: &Object<'_>, default: ColorMode) -> Self {
        const MODES: [(&str, ColorMode); 3] = [
            ("fixed", ColorMode::Fixed),
            ("palette-classic", ColorMode::Palette),
            ("thresholds", ColorMode::Thresholds),
        ];
        let mode = object.choice("mode", &MODES).unwrap_or(default);
        // Which of a series' values decides, where its colour goes by value.
        object.allow("seriesBy", &["last".into()]);
        let fixed = read_color(object, "fixedColor").filter(|_| mode == ColorMode::Fixed);
        Self { mode, fixed }
    }
}

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
    fn colours_are_grafanas_names_or_hexadecimal() {
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
