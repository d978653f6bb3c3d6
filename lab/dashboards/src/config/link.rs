//! Links of values and of titles.

use serde::Serialize;

use super::super::read::Object;

/// Where a value or a title leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PanelLink"))]
pub struct Link {
    /// What a person reads.
    pub title: String,
    /// The address.
    pub url: String,
}

/// As they are written, variables and all.
pub(crate) fn read(object: &Object<'_>) -> Vec<Link> {
    object.objects("links").into_iter().map(|link| one(&link)).collect()
}

fn one(link: &Object<'_>) -> Link {
    // Every link of another host opens in a new tab.
    link.ignore(&["targetBlank", "icon", "tooltip"]);
    link.only("oneClick", &[false.into()]);
    let text = |key| link.text(key).unwrap_or_default().to_owned();
    Link { title: text("title"), url: text("url") }
}
