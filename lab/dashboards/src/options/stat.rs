//! What stats, gauges and bar gauges were told.

use serde::Serialize;
use serde_json::json;

use crate::{
    config::Pattern,
    read::Object,
    reduce::{Calc, read_calcs},
};

/// What a stat was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Stat {
    /// What has the colour: `none`, `value`, `background`.
    #[cfg_attr(feature = "ts", ts(type = "\"none\" | \"value\" | \"background\""))]
    pub color_mode: &'static str,
    /// `none` or `area`.
    #[cfg_attr(feature = "ts", ts(type = "\"none\" | \"area\""))]
    pub graph_mode: &'static str,
    /// `auto`, `value`, `name`, `value_and_name`, `none`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"value\" | \"name\" | \"value_and_name\" | \"none\""))]
    pub text_mode: &'static str,
    /// `auto` or `center`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"center\""))]
    pub justify: &'static str,
    /// `auto`, `horizontal`, `vertical`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"horizontal\" | \"vertical\""))]
    pub orientation: &'static str,
    /// Sizes of its text.
    pub text: TextSize,
    #[serde(skip)]
    pub(crate) reduce: Reduce,
}

/// What a gauge was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Gauge {
    /// Whether thresholds have their values beside them.
    pub show_labels: bool,
    /// Whether thresholds have their colours around the dial.
    pub show_markers: bool,
    /// `auto`, `horizontal`, `vertical`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"horizontal\" | \"vertical\""))]
    pub orientation: &'static str,
    /// Sizes of its text.
    pub text: TextSize,
    #[serde(skip)]
    pub(crate) reduce: Reduce,
}

/// What a bar gauge was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BarGauge {
    /// `basic`, `lcd`, `gradient`.
    #[cfg_attr(feature = "ts", ts(type = "\"basic\" | \"lcd\" | \"gradient\""))]
    pub display: &'static str,
    /// `auto`, `horizontal`, `vertical`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"horizontal\" | \"vertical\""))]
    pub orientation: &'static str,
    /// Whether the rest of the scale is drawn, too.
    pub show_unfilled: bool,
    /// Sizes of its text.
    pub text: TextSize,
    #[serde(skip)]
    pub(crate) reduce: Reduce,
}

/// Sizes in pixels; as fits if absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TextSize {
    /// Of the name.
    pub title_size: Option<f64>,
    /// Of the number.
    pub value_size: Option<f64>,
}

/// One of a closed set, as it is written; the first if absent.
fn word(object: &Object<'_>, key: &str, set: &[&'static str]) -> &'static str {
    let pairs: Vec<(&str, &'static str)> = set.iter().map(|&word| (word, word)).collect();
    object.choice(key, &pairs).unwrap_or(set[0])
}

fn orientation(object: &Object<'_>) -> &'static str {
    word(object, "orientation", &["auto", "horizontal", "vertical"])
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
            color_mode: word(object, "colorMode", &["value", "none", "background"]),
            graph_mode: word(object, "graphMode", &["area", "none"]),
            text_mode: word(object, "textMode", &["auto", "value", "name", "value_and_name", "none"]),
            justify: word(object, "justifyMode", &["auto", "center"]),
            orientation: orientation(object),
            text: text(object),
            reduce: Reduce::read(object),
        }
    }

    /// Whether it has a small line behind its number.
    pub(crate) fn has_spark(&self) -> bool {
        self.graph_mode != "none"
    }
}

impl Gauge {
    pub(super) fn read(object: &Object<'_>) -> Self {
        // How several share the room.
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
            display: word(object, "displayMode", &["gradient", "lcd", "basic"]),
            orientation: orientation(object),
            show_unfilled: object.flag("showUnfilled").unwrap_or(true),
            text: text(object),
            reduce: Reduce::read(object),
        }
    }
}

/// Grafana's own limit.
const LIMIT: u32 = 25;

/// How one number is made of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reduce {
    pub(crate) calcs: Vec<Calc>,
    pub(crate) fields: Which,
    /// Every value is shown, and not one of each field.
    pub(crate) all: bool,
    pub(crate) limit: usize,
}

/// Of which fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All that hold numbers.
    Numbers,
    /// Those whose names match.
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
            None | Some("") => Which::Numbers,
            Some(pattern) => {
                if Pattern::of(pattern).is_err() {
                    object.reject("fields");
                }
                Which::Pattern(pattern.to_owned())
            }
        };
        let all = object.flag("values").unwrap_or(false);
        if all {
            // Grafana names each value by the words of its row.
            object.reject("values");
        }
        Self { calcs, fields, all, limit: object.count("limit").unwrap_or(LIMIT) as usize }
    }
}
