//! Legends and tooltips of what is drawn over time.

use serde::Serialize;

use crate::{
    read::Object,
    reduce::{Calc, read_calcs},
};

/// A legend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Legend {
    /// Whether there is one.
    pub show: bool,
    /// Its form.
    pub mode: LegendMode,
    /// Where it stands.
    pub placement: LegendPlacement,
    /// What it says of each series.
    pub calcs: Vec<Calc>,
    /// The column by which it is sorted: `Name`, or a calculation's title such as `Last *`.
    pub sort_by: Option<String>,
    /// Largest first.
    pub sort_desc: bool,
}

/// A legend's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum LegendMode {
    /// One after the other.
    List,
    /// A line each.
    Table,
}

/// Where a legend stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum LegendPlacement {
    /// Below.
    Bottom,
    /// Beside.
    Right,
}

/// What is said of the place under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Tooltip {
    /// Of which series.
    pub mode: TooltipMode,
    /// In which order.
    pub sort: TooltipSort,
}

/// Of which series a tooltip speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TooltipMode {
    /// The nearest.
    Single,
    /// All.
    Multi,
    /// None.
    None,
}

/// In which order a tooltip has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TooltipSort {
    /// The drawing's.
    None,
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

impl Legend {
    pub(super) fn read(object: &Object<'_>) -> Self {
        const MODES: [(&str, LegendMode); 3] =
            [("list", LegendMode::List), ("table", LegendMode::Table), ("hidden", LegendMode::List)];
        const PLACES: [(&str, LegendPlacement); 2] =
            [("bottom", LegendPlacement::Bottom), ("right", LegendPlacement::Right)];
        object.ignore(&["isVisible"]);
        // Older files hide it by its form.
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

/// What a time series was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TimeSeries {
    /// Its legend.
    pub legend: Legend,
    /// Its tooltip.
    pub tooltip: Tooltip,
}

/// What a state timeline was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StateTimeline {
    /// Its legend.
    pub legend: Legend,
    /// Its tooltip.
    pub tooltip: Tooltip,
    /// Whether states have their words in them: `auto` (where there is room), `always`, `never`.
    #[cfg_attr(feature = "ts", ts(type = "\"auto\" | \"always\" | \"never\""))]
    pub show_value: &'static str,
    /// Whether equal states in a row are one.
    pub merge: bool,
    /// Share of a row's room, 0 to 1.
    pub row_height: f64,
    /// Where the words stand: `left`, `center`, `right`.
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
