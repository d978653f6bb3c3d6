//! What time series and state timelines were told.

use serde::Serialize;

use super::{
    super::read::Object,
    legend::{Legend, Tooltip},
};

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
        object.only("timezone", &[serde_json::json!(["browser"]), serde_json::json!([""])]);
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
