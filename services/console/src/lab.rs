//! `/api/lab`: what there is, for the pages' frame.

use std::path::Path;

use parts::tutorial::Tutorial;

/// In the order of their numbers, from 1.
pub(crate) const TUTORIALS: [Tutorial; 5] =
    [Tutorial::Echo, Tutorial::Sink, Tutorial::Order, Tutorial::Balancer, Tutorial::Influx];

/// A tutorial's name: the heading of its document, or its id without one.
pub(crate) async fn title(docs: &Path, tutorial: Tutorial) -> String {
    let id = tutorial.folder();
    let text = tokio::fs::read_to_string(docs.join(id).with_extension("md")).await.unwrap_or_default();
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    heading.map_or_else(|| id.to_owned(), |heading| heading.trim().to_owned())
}
