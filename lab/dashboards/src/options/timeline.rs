//! Options of time series and state timelines.

use serde::Serialize;

use crate::{
    read::Object,
    reduce::{Calc, read_calcs},
};

/// A legend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Legend {
    /// Whether the legend is visible.
    pub show: bool,
    /// Layout.
    pub mode: LegendMode,
    /// Position.
    pub placement: LegendPlacement,
    /// Calculations shown for each series.
    pub calcs: Vec<Calc>,
    /// Column to sort by: `Name`, or a calculation's title such as `Last *`.
    pub sort_by: Option<String>,
    /// Descending.
    pub sort_desc: bool,
}

/// The layout of a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum LegendMode {
    /// Entries side by side.
    List,
    /// One row per series.
    Table,
}

/// The position of a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum LegendPlacement {
    /// Below the graph.
    Bottom,
    /// Right of the graph.
    Right,
}

/// A tooltip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Tooltip {
    /// Series in the tooltip.
    pub mode: TooltipMode,
    /// Sort order.
    pub sort: TooltipSort,
}

/// The series in a tooltip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TooltipMode {
    /// The nearest series.
    Single,
    /// All series.
    Multi,
    /// No tooltip.
    None,
}

/// The sort order of a tooltip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TooltipSort {
    /// Order of the series.
    None,
    /// Ascending.
    Asc,
    /// Descending.
    Desc,
}

impl Legend {
    pub(super) fn read(object: &Object<'_>) -> Self {
        const MODES: [(&str, LegendMode); 3] =
            [("list", LegendMode::List), ("table", LegendMode::Table), ("hidden", LegendMode::List)];
        const PLACES: [(&str, LegendPlacement); 2] =
            [("bottom", LegendPlacement::Bottom), ("right", LegendPlacement::Right)];
        object.ignore(&["isVisible"]);
        // Older files hide the legend with `displayMode`.
        let hidden = object.text("displayMode") == Some("hidden");
        Self {
            show: object.flag("showLegend").unwrap_or(true) && !hidden,
            mode: object.choice("displayMode", &MODES).unwrap_or(LegendMode::List),
            placement: object.choice("placement", &PLACES).unwrap_or(LegendPlacement::Bottom),
            calcs: read_calcs(object),
            sort_by: object.text("sortBy").map(str::to_owned),
            sort_desc: object.flag("sortDesc").unwrap_or(false),
        }
    }
}

impl Tooltip {
    pub(super) fn read(object: &Object<'_>) -> Self {
        const MODES: [(&str, TooltipMode); 3] =
            [("single", TooltipMode::Single), ("multi", TooltipMode::Multi), ("none", TooltipMode::None)];
        const SORTS: [(&str, TooltipSort); 3] =
            [("none", TooltipSort::None), ("asc", TooltipSort::Asc), ("desc", TooltipSort::Desc)];
        object.allow("hideZeros", &[false.into()]);
        object.ignore(&["maxHeight", "maxWidth"]);
        Self {
            mode: object.choice("mode", &MODES).unwrap_or(TooltipMode::Single),
            sort: object.choice("sort", &SORTS).unwrap_or(TooltipSort::None),
        }
    }
}

/// Options of a time series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TimeSeries {
    /// Legend.
    pub legend: Legend,
    /// Tooltip.
    pub tooltip: Tooltip,
}

/// Options of a state timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StateTimeline {
    /// Legend.
    pub legend: Legend,
    /// Tooltip.
    pub tooltip: Tooltip,
    /// When values are shown: `auto` (if there is enough space), `always`, `never`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"always\" | \"never\""))]
    pub show_value: &'static str,
    /// Whether consecutive equal states are merged.
    pub merge: bool,
    /// Fraction of the row height that a state fills, from 0 to 1.
    pub row_height: f64,
    /// Alignment of the values: `left`, `center`, `right`.
    #[cfg_attr(feature = "ts", ts(type = "\"left\" | \"center\" | \"right\""))]
    pub align: &'static str,
}

impl TimeSeries {
    pub(super) fn read(object: &Object<'_>) -> Self {
        object.allow("timezone", &[serde_json::json!(["browser"]), serde_json::json!([""])]);
        Self {
            legend: Legend::read(&object.object("legend")),
            tooltip: Tooltip::read(&object.object("tooltip")),
        }
    }
}

impl StateTimeline {
    pub(super) fn read(object: &Object<'_>) -> Self {
        const SHOWN: [(&str, &str); 3] = [("auto", "auto"), ("always", "always"), ("never", "never")];
        const SIDES: [(&str, &str); 3] = [("left", "left"), ("center", "center"), ("right", "right")];
        Self {
            legend: Legend::read(&object.object("legend")),
            tooltip: Tooltip::read(&object.object("tooltip")),
            show_value: object.choice("showValue", &SHOWN).unwrap_or("auto"),
            merge: object.flag("mergeValues").unwrap_or(true),
            row_height: object.number("rowHeight").unwrap_or(0.9),
            align: object.choice("alignValue", &SIDES).unwrap_or("left"),
        }
    }
}
