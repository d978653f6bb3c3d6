//! Options of a heat map.

use serde::Serialize;
use serde_json::json;

use crate::{config::Unit, read::Object};

/// Options of a heat map.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct HeatMapOptions {
    /// Color scheme, such as `Turbo`.
    pub scheme: String,
    /// Whether the scheme is reversed.
    pub reverse: bool,
    /// Number of colors.
    pub steps: u32,
    /// The color depends on the value's share of the maximum, raised to this power. 1 for color schemes.
    pub exponent: f64,
    /// Unit of the bucket bounds.
    pub y_unit: Unit,
    /// Number of decimals of the bucket bounds.
    pub y_decimals: Option<u32>,
    /// Whether the color legend is visible.
    pub show_legend: bool,
    /// Gap between cells, in pixels.
    pub cell_gap: f64,
    /// Whether the tooltip shows a histogram.
    pub tooltip_histogram: bool,
    #[serde(skip)]
    pub(crate) hide_at_most: Option<f64>,
    #[serde(skip)]
    pub(crate) cell_unit: Unit,
    #[serde(skip)]
    pub(crate) cell_decimals: Option<u32>,
    #[serde(skip)]
    pub(crate) cell_name: String,
}

/// Supported color schemes.
const SCHEMES: [&str; 38] = [
    "BrBG",
    "PiYG",
    "PRGn",
    "PuOr",
    "RdBu",
    "RdGy",
    "RdYlBu",
    "RdYlGn",
    "Spectral",
    "Turbo",
    "Blues",
    "Greens",
    "Greys",
    "Oranges",
    "Purples",
    "Reds",
    "Viridis",
    "Magma",
    "Inferno",
    "Plasma",
    "Cividis",
    "Warm",
    "Cool",
    "Cubehelix",
    "BuGn",
    "BuPu",
    "GnBu",
    "OrRd",
    "PuBu",
    "PuBuGn",
    "PuRd",
    "RdPu",
    "YlGn",
    "YlGnBu",
    "YlOrBr",
    "YlOrRd",
    "Rainbow",
    "Sinebow",
];

impl HeatMapOptions {
    pub(super) fn read(object: &Object<'_>) -> Self {
        // Buckets are read from the response. Calculating them from raw numbers is not supported.
        object.allow("calculate", &[json!(false)]);
        object.ignore(&["calculation", "exemplars"]);
        object.allow("showValue", &[json!("never")]);
        object.allow("cellRadius", &[json!(0)]);
        object.allow("selectionMode", &[json!("x")]);
        let color = object.object("color");
        color.allow("mode", &[json!("scheme")]);
        // Settings of the color mode `opacity`.
        color.ignore(&["fill", "scale", "exponent"]);
        let rows = object.object("rowsFrame");
        rows.allow("layout", &[json!("auto"), json!("le")]);
        let tooltip = object.object("tooltip");
        tooltip.ignore(&["show", "maxHeight", "maxWidth"]);
        tooltip.allow("mode", &[json!("single")]);
        tooltip.allow("showColorScale", &[json!(false)]);
        let cells = object.object("cellValues");
        let axis = object.object("yAxis");
        axis.allow("axisPlacement", &[json!("left"), json!("auto")]);
        axis.allow("reverse", &[json!(false)]);
        Self {
            scheme: scheme(&color),
            reverse: color.flag("reverse").unwrap_or(false),
            steps: color.count("steps").unwrap_or(64),
            exponent: 1.0,
            y_unit: unit(&axis).unwrap_or_else(Unit::short),
            y_decimals: axis.count("decimals"),
            show_legend: object.object("legend").flag("show").unwrap_or(true),
            cell_gap: object.number("cellGap").unwrap_or(1.0),
            tooltip_histogram: tooltip.flag("yHistogram").unwrap_or(false),
            hide_at_most: object.object("filterValues").number("le"),
            cell_unit: unit(&cells).unwrap_or_else(Unit::short),
            cell_decimals: cells.count("decimals"),
            cell_name: rows.text("value").unwrap_or("Value").to_owned(),
        }
    }
}

fn scheme(color: &Object<'_>) -> String {
    let scheme = color.text("scheme").unwrap_or("Oranges");
    if !SCHEMES.contains(&scheme) {
        color.reject("scheme");
    }
    scheme.to_owned()
}

fn unit(object: &Object<'_>) -> Option<Unit> {
    let unit = Unit::of(object.text("unit")?);
    if unit.is_none() {
        object.reject("unit");
    }
    unit
}
