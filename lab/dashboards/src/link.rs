//! Fills in the words of names and links.

mod date;

use super::{
    Unknown,
    config::{Config, Link},
    frame::{Field, Frame},
    interpolate::{all_parameters, as_text, in_url, percent_encoded, replace},
    model::Panel,
    read::Unknowns,
    scope::Scope,
};

/// A title's or a description's words.
pub(crate) fn words(text: &str, scope: Scope<'_>) -> Result<String, Unknown> {
    replace(text, |name, format| match time(name, format, scope)? {
        Some(time) => Ok(time),
        None => as_text(scope.variables, name, format),
    })
}

/// A link of a panel's title, or of the dashboard.
pub fn of_panel(link: &Link, scope: Scope<'_>) -> Result<Link, Unknown> {
    let url = replace(&link.url, |name, format| address(name, format, scope))?;
    Ok(Link { title: words(&link.title, scope)?, url })
}

/// A field's configuration with its words filled in, but for what depends on the value. What is not known stays in a
/// name, and takes a link away; `check` names both.
pub(crate) fn fill(
    mut config: Config,
    is_named: bool,
    field: &Field,
    frame: &Frame,
    scope: Scope<'_>,
) -> Config {
    let known = Known { name: config.name.clone(), labels: Some(field), series: &frame.name };
    // A name that comes with the data may have anything in it.
    if is_named && let Ok(name) = replace(&config.name, |name, format| known.word(name, format, scope)) {
        config.name = name;
    }
    let filled = |link: Link| {
        let title = replace(&link.title, |name, format| known.word(name, format, scope)).ok()?;
        let url = replace(&link.url, |name, format| known.part(name, format, scope)).ok()?;
        Some(Link { title, url })
    };
    config.links = config.links.into_iter().filter_map(filled).collect();
    config
}

/// Names what the names and the links of a panel's fields speak of that is not known.
pub(crate) fn check(panel: &Panel, scope: Scope<'_>, unknowns: &Unknowns) {
    let known = Known { name: String::new(), labels: None, series: "" };
    let defaults = &panel.field_config.defaults;
    let set = panel.field_config.overrides.iter().flat_map(|one| &one.properties);
    let all = ["links", "displayName"].map(|key| (key, &defaults[key]));
    for (key, value) in all.into_iter().chain(set.map(|property| (property.id.as_str(), &property.value))) {
        let mut texts = Vec::new();
        match (key, value) {
            ("displayName", name) => texts.push((name, false)),
            ("links", links) => {
                let links = links.as_array().into_iter().flatten();
                texts.extend(links.flat_map(|link| [(&link["title"], false), (&link["url"], true)]));
            }
            _ => {}
        }
        for (text, is_address) in texts {
            let text = text.as_str().unwrap_or_default();
            let read = replace(text, |name, format| {
                if is_address { known.part(name, format, scope) } else { known.word(name, format, scope) }
            });
            if let Err(unknown) = read {
                unknowns.name(format!("{key}: {unknown}"));
            }
        }
    }
}

/// What is known of a field.
struct Known<'a> {
    name: String,
    /// None where there is no data yet: any label may be there.
    labels: Option<&'a Field>,
    series: &'a str,
}

impl Known<'_> {
    fn word(&self, name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<String, Unknown> {
        if let Some(own) = self.own(name) {
            return Ok(own);
        }
        match time(name, format, scope)? {
            Some(time) => Ok(time),
            None if of_value(name) => Ok(written(name, format)),
            None => as_text(scope.variables, name, format),
        }
    }

    fn part(&self, name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<String, Unknown> {
        if let Some(own) = self.own(name) {
            return Ok(percent_encoded(&own));
        }
        if of_value(name) { Ok(written(name, format)) } else { address(name, format, scope) }
    }

    /// `__field.labels.job`, `__field.labels["job"]`, `__field.name`, `__series.name`.
    fn own(&self, name: &str) -> Option<String> {
        if let Some(label) = name.strip_prefix("__field.labels") {
            let label = label
                .strip_prefix('.')
                .or_else(|| Some(label.strip_prefix('[')?.strip_suffix(']')?.trim_matches(['"', '\''])))?;
            let labels = self.labels.map(|field| &field.labels);
            return Some(labels.and_then(|labels| labels.get(label).cloned()).unwrap_or_default());
        }
        match name {
            "__field.name" | "__field.displayName" => Some(self.name.clone()),
            "__series.name" if self.series.is_empty() => Some(self.name.clone()),
            "__series.name" => Some(self.series.to_owned()),
            _ => None,
        }
    }
}

/// What only the value under the pointer tells.
fn of_value(name: &str) -> bool {
    const OF_VALUE: [&str; 4] = ["__value.raw", "__value.numeric", "__value.text", "__value.time"];
    OF_VALUE.contains(&name) || name.starts_with("__data.fields")
}

fn written(name: &str, format: Option<&str>) -> String {
    format.map_or_else(|| format!("${{{name}}}"), |format| format!("${{{name}:{format}}}"))
}

/// What an address can speak of without data.
fn address(name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<String, Unknown> {
    let window = scope.window;
    match name {
        "__url_time_range" => Ok(format!("from={}&to={}", window.from_ms, window.to_ms)),
        "__all_variables" => Ok(all_parameters(scope.variables)),
        _ => match time(name, format, scope)? {
            Some(time) => Ok(time),
            None => in_url(scope.variables, name, format),
        },
    }
}

/// `__from` and `__to`; nothing if it is another name.
fn time(name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<Option<String>, Unknown> {
    let millis = match name {
        "__from" => scope.window.from_ms,
        "__to" => scope.window.to_ms,
        _ => return Ok(None),
    };
    match format {
        None | Some("date:ms") => Ok(Some(millis.to_string())),
        Some("date:seconds") => Ok(Some((millis as f64 / 1000.0).round().to_string())),
        Some("date" | "date:iso") => Ok(Some(date::iso(millis))),
        Some(other) => Err(Unknown(format!("format {other:?} of ${name}"))),
    }
}

#[cfg(test)]
mod tests;
