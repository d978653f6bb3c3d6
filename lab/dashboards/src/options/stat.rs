//! Options of stats, gauges and bar gauges, and the reduction of a field to one number.

use serde::Serialize;
use serde_json::json;

use crate::{
    config::Pattern,
    read::Object,
    reduce::{Calc, read_calcs},
};

/// Options of a stat.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Stat {
    /// Colored part: `none`, `value`, `background`.
    #[cfg_attr(feature = "ts", ts(type = "\"none\" | \"value\" | \"background\""))]
    pub color_mode: &'static str,
    /// Sparkline: `none` or `area`.
    #[cfg_attr(feature = "ts", ts(type = "\"none\" | \"area\""))]
    pub graph_mode: &'static str,
    /// Visible text: `auto`, `value`, `name`, `value_and_name`, `none`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"value\" | \"name\" | \"value_and_name\" | \"none\""))]
    pub text_mode: &'static str,
    /// Text alignment: `auto` or `center`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"center\""))]
    pub justify: &'static str,
    /// Layout of several values: `auto`, `horizontal`, `vertical`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"horizontal\" | \"vertical\""))]
    pub orientation: &'static str,
    /// Text sizes.
    pub text: TextSize,
    #[serde(skip)]
    pub(crate) reduce: Reduce,
}

/// Options of a gauge.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Gauge {
    /// Whether thresholds are labeled with their values.
    pub show_labels: bool,
    /// Whether thresholds are colored around the dial.
    pub show_markers: bool,
    /// Layout of several values: `auto`, `horizontal`, `vertical`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"horizontal\" | \"vertical\""))]
    pub orientation: &'static str,
    /// Text sizes.
    pub text: TextSize,
    #[serde(skip)]
    pub(crate) reduce: Reduce,
}

/// Options of a bar gauge.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BarGauge {
    /// Style: `basic`, `lcd`, `gradient`.
    #[cfg_attr(feature = "ts", ts(type = "\"basic\" | \"lcd\" | \"gradient\""))]
    pub display: &'static str,
    /// Layout of several values: `auto`, `horizontal`, `vertical`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"horizontal\" | \"vertical\""))]
    pub orientation: &'static str,
    /// Whether the unfilled part of the scale is drawn.
    pub show_unfilled: bool,
    /// Text sizes.
    pub text: TextSize,
    #[serde(skip)]
    pub(crate) reduce: Reduce,
}

/// Text sizes in pixels. `None` selects a size automatically.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TextSize {
    /// Size of the name.
    pub title_size: Option<f64>,
    /// Size of the number.
    pub value_size: Option<f64>,
}

/// A value of a closed set. Defaults to the first.
fn keyword(object: &Object<'_>, key: &str, set: &[&'static str]) -> &'static str {
    let pairs: Vec<(&str, &'static str)> = set.iter().map(|&word| (word, word)).collect();
    object.choice(key, &pairs).unwrap_or(set[0])
}

fn orientation(object: &Object<'_>) -> &'static str {
    keyword(object, "orientation", &["auto", "horizontal", "vertical"])
}

fn text(object: &Object<'_>) -> TextSize {
    let text = object.object("text");
    TextSize { title_size: text.number("titleSize"), value_size: text.number("valueSize") }
}

impl Stat {
    pub(super) fn read(object: &Object<'_>) -> Self {
        object.allow("wideLayout", &[json!(true)]);
        object.allow("showPercentChange", &[json!(false)]);
        object.ignore(&["percentChangeColorMode"]);
        Self {
            color_mode: keyword(object, "colorMode", &["value", "none", "background"]),
            graph_mode: keyword(object, "graphMode", &["area", "none"]),
            text_mode: keyword(object, "textMode", &["auto", "value", "name", "value_and_name", "none"]),
            justify: keyword(object, "justifyMode", &["auto", "center"]),
            orientation: orientation(object),
            text: text(object),
            reduce: Reduce::read(object),
        }
    }

    /// Whether a sparkline is drawn behind the number.
    pub(crate) fn has_spark(&self) -> bool {
        self.graph_mode != "none"
    }
}

impl Gauge {
    pub(super) fn read(object: &Object<'_>) -> Self {
        // Sizes of several gauges in one panel.
        object.ignore(&["minVizHeight", "minVizWidth", "sizing"]);
        Self {
            show_labels: object.flag("showThresholdLabels").unwrap_or(false),
            show_markers: object.flag("showThresholdMarkers").unwrap_or(true),
            orientation: orientation(object),
            text: text(object),
            reduce: Reduce::read(object),
        }
    }
}

impl BarGauge {
    pub(super) fn read(object: &Object<'_>) -> Self {
        object.ignore(&["minVizHeight", "minVizWidth", "maxVizHeight", "sizing"]);
        object.allow("valueMode", &[json!("color")]);
        object.allow("namePlacement", &[json!("auto")]);
        let legend = object.object("legend");
        legend.allow("showLegend", &[json!(false)]);
        legend.ignore(&["calcs", "displayMode", "placement"]);
        Self {
            display: keyword(object, "displayMode", &["gradient", "lcd", "basic"]),
            orientation: orientation(object),
            show_unfilled: object.flag("showUnfilled").unwrap_or(true),
            text: text(object),
            reduce: Reduce::read(object),
        }
    }
}

/// Grafana's default limit of values per panel.
const DEFAULT_LIMIT: u32 = 25;

/// How fields are reduced to numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reduce {
    pub(crate) calcs: Vec<Calc>,
    pub(crate) fields: FieldFilter,
    /// Shows every value instead of one per field.
    pub(crate) all: bool,
    pub(crate) limit: usize,
}

/// The fields to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldFilter {
    /// All numeric fields.
    Numbers,
    /// Numeric fields with a matching display name.
    Pattern(String),
}

impl Reduce {
    pub(super) fn read(options: &Object<'_>) -> Self {
        let object = options.object("reduceOptions");
        let calcs = read_calcs(&object);
        if calcs.len() > 1 {
            object.reject("calcs");
        }
        let fields = match object.text("fields") {
            None | Some("") => FieldFilter::Numbers,
            Some(pattern) => {
                if Pattern::of(pattern).is_err() {
                    object.reject("fields");
                }
                FieldFilter::Pattern(pattern.to_owned())
            }
        };
        let all = object.flag("values").unwrap_or(false);
        if all {
            // Grafana names each value after the texts of its row.
            object.reject("values");
        }
        Self { calcs, fields, all, limit: object.count("limit").unwrap_or(DEFAULT_LIMIT) as usize }
    }
}
