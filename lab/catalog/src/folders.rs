//! The folders of dashboards.

/// The folder of the user's own dashboards, below grafana/dashboards.
pub const OWN: &str = "own";

/// The title of a folder: its name with a capital letter.
pub fn title(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
