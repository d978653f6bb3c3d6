//! Legends and tooltips of what is drawn over time.

use serde::Serialize;

use super::super::{read::Object, reduce::Calc};

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
            calcs: calcs(object),
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
        object.only("hideZeros", &[false.into()]);
        object.ignore(&["maxHeight", "maxWidth"]);
        Self {
            mode: object.choice("mode", &MODES).unwrap_or(TooltipMode::Single),
            sort: object.choice("sort", &SORTS).unwrap_or(TooltipSort::None),
        }
    }
}

/// Calculations by name; one that is not known is named, and left out.
pub(super) fn calcs(object: &Object<'_>) -> Vec<Calc> {
    let names = object.texts("calcs");
    if names.iter().any(|name| Calc::of(name).is_none()) {
        object.refuse("calcs");
    }
    names.into_iter().filter_map(Calc::of).collect()
}
