//! Fills in the words of names and links.

use super::{
    Unknown,
    config::{Config, Link},
    frame::Field,
    interpolate::{as_text, replace},
    model::Panel,
    scope::Scope,
};

/// A title's or a description's words.
pub(crate) fn words(text: &str, scope: Scope<'_>) -> Result<String, Unknown> {
    replace(text, |name, format| as_text(scope.variables, name, format))
}

/// A link of a panel's title.
pub(crate) fn of_panel(link: &Link, _scope: Scope<'_>) -> Result<Link, Unknown> {
    Ok(link.clone())
}

/// Names what the panel's links say that is not known.
pub(crate) fn check(_panel: &Panel, _scope: Scope<'_>) -> Vec<String> {
    Vec::new()
}

/// A field's configuration with its words filled in.
pub(crate) fn fill(config: Config, _field: &Field, _scope: Scope<'_>) -> Result<Config, Unknown> {
    Ok(config)
}
