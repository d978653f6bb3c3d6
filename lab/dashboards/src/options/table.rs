//! What a table was told.

use serde::Serialize;
use serde_json::json;

use super::super::read::Object;

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
        footer.only("show", &[json!(false)]);
        footer.only("enablePagination", &[json!(false)]);
        footer.ignore(&["reducer", "fields", "countRows"]);
        object.only("frameIndex", &[json!(0)]);
        object.only("showTypeIcons", &[json!(false)]);
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
