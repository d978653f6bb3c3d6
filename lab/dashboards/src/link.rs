//! Interpolation of display names, titles and links.

use crate::{
    Unsupported,
    config::{Config, Link},
    frame::{Field, Frame},
    interpolate::{
        Scope, all_parameters, as_text_or_written, in_url, percent_encoded, replace, replace_written,
    },
    model::Panel,
    read::UnsupportedPaths,
};

/// Interpolates a title or description.
pub(crate) fn interpolate_text(text: &str, scope: Scope<'_>) -> Result<String, Unsupported> {
    replace_written(text, |name, format, written| match time(name, format, scope)? {
        Some(time) => Ok(time),
        None => as_text_or_written(scope.variables, name, format, written),
    })
}

/// Interpolates a link of a panel's title or of the dashboard.
///
/// # Errors
///
/// Returns an error if the link refers to an unknown variable or format.
pub fn interpolate(link: &Link, scope: Scope<'_>) -> Result<Link, Unsupported> {
    let url = replace(&link.url, |name, format| url_parameter(name, format, scope))?;
    Ok(Link { title: interpolate_text(&link.title, scope)?, url })
}

/// Interpolates the display name and links of a field's configuration. References to the value, such as `${__value.raw}`, stay.
///
/// A display name with an unknown reference is left unchanged, and a link with one is removed. `check` records both.
pub(crate) fn interpolate_config(
    mut config: Config,
    is_named: bool,
    field: &Field,
    frame: &Frame,
    scope: Scope<'_>,
) -> Config {
    let context = FieldContext { name: config.name.clone(), labels: Some(field), series: &frame.name };
    // A name from the data may contain any characters, so only configured names are interpolated.
    if is_named && let Ok(name) = context.interpolate(&config.name, scope) {
        config.name = name;
    }
    let interpolated = |link: Link| {
        let title = context.interpolate(&link.title, scope).ok()?;
        let url = replace(&link.url, |name, format| context.url(name, format, scope)).ok()?;
        Some(Link { title, url })
    };
    config.links = config.links.into_iter().filter_map(interpolated).collect();
    config
}

/// Records the unknown references in the display names and links of a panel's fields.
pub(crate) fn check(panel: &Panel, scope: Scope<'_>, unsupported: &UnsupportedPaths) {
    let context = FieldContext { name: String::new(), labels: None, series: "" };
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
        for (text, is_url) in texts {
            let text = text.as_str().unwrap_or_default();
            let result = if is_url {
                replace(text, |name, format| context.url(name, format, scope))
            } else {
                context.interpolate(text, scope)
            };
            if let Err(error) = result {
                unsupported.record(format!("{key}: {error}"));
            }
        }
    }
    check_texts(panel, scope, unsupported);
}

/// Records the references in legends and text panels that are shown as they are written, although Grafana replaces them.
fn check_texts(panel: &Panel, scope: Scope<'_>, unsupported: &UnsupportedPaths) {
    let legends = panel
        .targets
        .iter()
        .enumerate()
        .map(|(at, target)| (format!("targets[{at}].legendFormat"), target.legend_format.as_deref()));
    let content = ("options.content".to_owned(), panel.options["content"].as_str());
    for (path, text) in legends.chain([content]) {
        let result = replace_written(text.unwrap_or_default(), |name, format, written| {
            as_text_or_written(scope.variables, name, format, written)
        });
        if let Err(error) = result {
            unsupported.record(format!("{path}: {error}"));
        }
    }
}

/// The field that texts and links refer to.
struct FieldContext<'a> {
    name: String,
    /// `None` if there is no data yet. Every label then counts as present.
    labels: Option<&'a Field>,
    series: &'a str,
}

impl FieldContext<'_> {
    fn interpolate(&self, text: &str, scope: Scope<'_>) -> Result<String, Unsupported> {
        replace_written(text, |name, format, written| {
            if let Some(property) = self.field_property(name) {
                return Ok(property);
            }
            match time(name, format, scope)? {
                Some(time) => Ok(time),
                None if depends_on_value(name) => Ok(unchanged(name, format)),
                None => as_text_or_written(scope.variables, name, format, written),
            }
        })
    }

    fn url(&self, name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<String, Unsupported> {
        if let Some(property) = self.field_property(name) {
            return Ok(percent_encoded(&property));
        }
        if depends_on_value(name) { Ok(unchanged(name, format)) } else { url_parameter(name, format, scope) }
    }

    /// `__field.labels.job`, `__field.labels["job"]`, `__field.name`, `__series.name`.
    fn field_property(&self, name: &str) -> Option<String> {
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

/// Whether a reference depends on a single value, which is known only when the user points at it.
fn depends_on_value(name: &str) -> bool {
    const VALUE_REFERENCES: [&str; 4] = ["__value.raw", "__value.numeric", "__value.text", "__value.time"];
    VALUE_REFERENCES.contains(&name) || name.starts_with("__data.fields")
}

fn unchanged(name: &str, format: Option<&str>) -> String {
    format.map_or_else(|| format!("${{{name}}}"), |format| format!("${{{name}:{format}}}"))
}

/// Resolves a reference in a URL that does not depend on data.
fn url_parameter(name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<String, Unsupported> {
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

/// Resolves `__from` and `__to`. `None` for any other name.
fn time(name: &str, format: Option<&str>, scope: Scope<'_>) -> Result<Option<String>, Unsupported> {
    let millis = match name {
        "__from" => scope.window.from_ms,
        "__to" => scope.window.to_ms,
        _ => return Ok(None),
    };
    match format {
        None | Some("date:ms") => Ok(Some(millis.to_string())),
        Some("date:seconds") => Ok(Some((millis as f64 / 1000.0).round().to_string())),
        Some("date" | "date:iso") => Ok(Some(iso_date(millis))),
        Some(other) => Err(Unsupported(format!("format {other:?} of ${name}"))),
    }
}

const DAY_MS: i64 = 86_400_000;

/// Formats Unix milliseconds in ISO 8601, such as `2020-07-13T20:19:09.254Z`.
fn iso_date(millis: i64) -> String {
    let (year, month, day) = civil_date(millis.div_euclid(DAY_MS));
    let rest = millis.rem_euclid(DAY_MS);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", rest % 1000)
}

/// Converts days since 1970-01-01 into a Gregorian year, month and day. The algorithm counts years from March, so that a leap
/// day is the last day of its year.
fn civil_date(days: i64) -> (i64, i64, i64) {
    let since = days + 719_468;
    let era = since.div_euclid(146_097);
    let day = since.rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        frame::Values,
        time::Window,
        variables::{Bound, Value},
    };

    fn variables() -> [Bound; 2] {
        [
            Bound { name: "job".into(), value: Value::Many(vec!["a".into(), "b c".into()]) },
            Bound { name: "all".into(), value: Value::Verbatim(".*".into()) },
        ]
    }

    fn interpolated_url(url: &str) -> Result<String, Unsupported> {
        let variables = variables();
        let scope = Scope { variables: &variables, window: Window { from_ms: 1000, to_ms: 2500 } };
        let labels = [("job".to_owned(), "web client".to_owned())].into();
        let values = Values::Numbers(vec![]);
        let field = Field { name: "Value".into(), renamed: None, shown: None, unit: None, labels, values };
        let frame = Frame { name: "p99".into(), ..Frame::default() };
        let context = FieldContext { name: "p 99".into(), labels: Some(&field), series: &frame.name };
        replace(url, |name, format| context.url(name, format, scope))
    }

    #[test]
    fn interpolates_time_variables_and_field_properties() {
        assert_eq!(interpolated_url("/s?from=${__from}000&to=$__to").unwrap(), "/s?from=1000000&to=2500");
        assert_eq!(interpolated_url("/s?${__url_time_range}").unwrap(), "/s?from=1000&to=2500");
        assert_eq!(
            interpolated_url("/d/x?$__all_variables").unwrap(),
            "/d/x?var-job=a&var-job=b%20c&var-all=%24__all"
        );
        assert_eq!(interpolated_url("/s?${job:queryparam}").unwrap(), "/s?var-job=a&var-job=b%20c");
        assert_eq!(interpolated_url("/s?j=$job").unwrap(), "/s?j={a,b c}");
        assert_eq!(
            interpolated_url("/s?j=${__field.labels.job}&n=${__field.name}").unwrap(),
            "/s?j=web%20client&n=p%2099"
        );
        assert_eq!(
            interpolated_url(r#"/s?j=${__field.labels["job"]}&n=${__series.name}"#).unwrap(),
            "/s?j=web%20client&n=p99"
        );
        assert_eq!(interpolated_url("/s?at=${__from:date:iso}").unwrap(), "/s?at=1970-01-01T00:00:01.000Z");
        assert_eq!(interpolated_url("/s?at=${__to:date:seconds}").unwrap(), "/s?at=3");
    }

    #[test]
    fn keeps_value_references_and_rejects_unknown_ones() {
        for url in ["/s?${__value.raw}", "/s?${__data.fields.Job:percentencode}", "/s?${__data.fields[0]}"] {
            assert_eq!(interpolated_url(url).unwrap(), url);
        }
        for (url, name) in [
            ("/s?${__user.login}", "__user.login"),
            ("/s?$nothing", "nothing"),
            ("/s?${__from:date:YYYY}", "YYYY"),
            ("/s?${__value.colour}", "__value.colour"),
        ] {
            assert!(interpolated_url(url).unwrap_err().0.contains(name), "{url}");
        }
    }

    #[test]
    fn formats_dates_in_iso_8601() {
        assert_eq!(iso_date(1_594_671_549_254), "2020-07-13T20:19:09.254Z", "Grafana's documentation");
        assert_eq!(iso_date(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso_date(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso_date(-1), "1969-12-31T23:59:59.999Z");
    }
}
