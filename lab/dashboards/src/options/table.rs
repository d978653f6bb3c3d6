//! What a table was told.

use serde::Serialize;
use serde_json::json;

use crate::read::Object;

/// What a table was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TableOptions {
    /// Whether it has a line of names.
    pub header: bool,
    /// `sm`, `md`, `lg`.
    #[cfg_attr(feature = "ts", ts(type = "\"sm\" | \"md\" | \"lg\""))]
    pub cell_height: &'static str,
    /// How it is sorted at first.
    pub sort: Vec<Sort>,
    /// None is known.
    pub footer: Option<()>,
}

/// A column that a table is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Sort {
    /// Its name.
    pub column: String,
    /// Largest first.
    pub desc: bool,
}

impl TableOptions {
    pub(super) fn read(object: &Object<'_>) -> Self {
        let footer = object.object("footer");
        footer.allow("show", &[json!(false)]);
        footer.allow("enablePagination", &[json!(false)]);
        footer.ignore(&["reducer", "fields", "countRows"]);
        object.allow("frameIndex", &[json!(0)]);
        object.allow("showTypeIcons", &[json!(false)]);
        let sort = |by: Object<'_>| {
            let column = by.text("displayName")?.to_owned();
            Some(Sort { column, desc: by.flag("desc").unwrap_or(false) })
        };
        Self {
            header: object.flag("showHeader").unwrap_or(true),
            cell_height: object
                .choice("cellHeight", &[("sm", "sm"), ("md", "md"), ("lg", "lg")])
                .unwrap_or("sm"),
            sort: object.objects("sortBy").into_iter().filter_map(sort).collect(),
            footer: None,
        }
    }
}

/// What a list of alerts was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertList {
    /// How many at most.
    pub max_items: u32,
    /// Only those that are named so.
    pub name: String,
    /// Only those of the dashboard.
    pub this_dashboard: bool,
}

impl AlertList {
    pub(super) fn read(object: &Object<'_>) -> Self {
        object.allow("viewMode", &["list".into()]);
        object.allow("groupMode", &["default".into()]);
        object.allow("sortOrder", &[1.into()]);
        object.ignore(&["alertInstanceLabelFilter", "showOptions"]);
        let states = object.object("stateFilter");
        for (state, shown) in
            [("firing", true), ("pending", true), ("noData", false), ("normal", false), ("error", true)]
        {
            states.allow(state, &[shown.into()]);
        }
        Self {
            max_items: object.count("maxItems").unwrap_or(20),
            name: object.text("alertName").unwrap_or_default().to_owned(),
            this_dashboard: object.flag("dashboardAlerts").unwrap_or(false),
        }
    }
}
