//! Options of tables and alert lists.

use serde::Serialize;
use serde_json::json;

use crate::read::Object;

/// Options of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TableOptions {
    /// Whether the header is visible.
    pub header: bool,
    /// Cell height: `sm`, `md`, `lg`.
    #[cfg_attr(feature = "ts", ts(type = "\"sm\" | \"md\" | \"lg\""))]
    pub cell_height: &'static str,
    /// Initial sort order.
    pub sort: Vec<Sort>,
    /// Footers are not supported. Always `None`.
    pub footer: Option<()>,
}

/// A sort key of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Sort {
    /// Display name of the column.
    pub column: String,
    /// Whether the order is descending.
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

/// Options of an alert list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertList {
    /// Maximum number of alerts.
    pub max_items: u32,
    /// Filter by name. Empty for all alerts.
    pub name: String,
    /// Whether only the dashboard's alerts are listed.
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
