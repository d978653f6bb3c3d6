//! Dashboard variables: where their options come from, and which value is selected.

use serde_json::Value as Json;

use crate::{
    Unsupported,
    model::{Current, DataSource, Variable},
};

/// The value that stands for "All" in files and URLs.
const ALL: &str = "$__all";

/// The origin of a variable's options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The options listed in the file.
    Fixed(Vec<String>),
    /// The values of a label of the matching series.
    LabelValues {
        /// The label.
        label: String,
        /// Series selector, such as `up{job="x"}`. Contains no variables.
        selector: Option<String>,
    },
    /// The result of an `InfluxQL` query, such as `SHOW TAG VALUES`. Contains no variables.
    InfluxQl(String),
}

/// A variable with its selected value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Name, without `$`.
    pub name: String,
    /// Selected value.
    pub value: Value,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The value of a variable that holds exactly one.
    One(String),
    /// The selected values of a variable that can hold several.
    Many(Vec<String>),
    /// "All": all options.
    All(Vec<String>),
    /// "All" with an `allValue` in the file. Inserted into queries without escaping.
    Verbatim(String),
}

impl Value {
    /// One value per repetition of a panel.
    pub fn each(&self) -> Vec<Value> {
        match self {
            Self::Many(values) | Self::All(values) => {
                values.iter().map(|value| Self::Many(vec![value.clone()])).collect()
            }
            Self::One(_) | Self::Verbatim(_) => vec![self.clone()],
        }
    }
}

impl Value {
    /// The individual values.
    pub fn list(&self) -> Vec<&str> {
        match self {
            Self::One(value) | Self::Verbatim(value) => vec![value],
            Self::Many(values) | Self::All(values) => values.iter().map(String::as_str).collect(),
        }
    }

    /// Whether the variable can hold several values.
    pub(crate) fn is_several(&self) -> bool {
        matches!(self, Self::Many(_) | Self::All(_))
    }
}

/// Determines the origin of a variable's options. `replace` interpolates the preceding variables into a query.
///
/// # Errors
///
/// Returns an error if the variable's type, query or filter is not supported, and any error of `replace`.
pub fn source(
    variable: &Variable,
    replace: impl Fn(&str) -> Result<String, Unsupported>,
) -> Result<Source, Unsupported> {
    let name = &variable.name;
    if !variable.regex.is_empty() {
        return Err(Unsupported(format!("regex {:?} of variable {name}", variable.regex)));
    }
    let query = match &variable.query {
        Json::String(text) => text.as_str(),
        Json::Object(object) => object.get("query").and_then(Json::as_str).unwrap_or_default(),
        _ => "",
    };
    match variable.kind.as_str() {
        "custom" | "interval" => Ok(Source::Fixed(split_custom(query))),
        // A data source variable holds a plug-in type. In this lab the only data source of a type has the type as its uid.
        "constant" | "textbox" | "datasource" => Ok(Source::Fixed(vec![query.to_owned()])),
        "query" => match DataSource::resolved(variable.datasource.as_ref(), &replace)?.kind.as_str() {
            "influxdb" => Ok(Source::InfluxQl(replace(query)?)),
            "prometheus" => query_source(&replace(query)?)
                .ok_or_else(|| Unsupported(format!("query {query:?} of variable {name}"))),
            other => Err(Unsupported(format!("data source type {other:?} of variable {name}"))),
        },
        other => Err(Unsupported(format!("type {other:?} of variable {name}"))),
    }
}

/// Selects the values given in a URL (parameters `var-NAME`), or the file's selection if there are none.
///
/// # Errors
///
/// Returns an error if a value is not an option (text boxes accept any value), or if several values are given for a variable that
/// holds one.
pub fn choose(variable: &Variable, options: Vec<String>, given: &[String]) -> Result<Bound, Unsupported> {
    if given.is_empty() {
        return Ok(bind(variable, options));
    }
    let name = &variable.name;
    let is_free = variable.kind == "textbox";
    let is_option = |value: &&String| {
        is_free || options.contains(value) || (variable.include_all && value.as_str() == ALL)
    };
    if let Some(invalid) = given.iter().find(|value| !is_option(value)) {
        return Err(Unsupported(format!("value {invalid:?} of variable ${name}")));
    }
    if given.len() > 1 && !variable.multi {
        return Err(Unsupported(format!("{} values for variable ${name}, which holds one", given.len())));
    }
    let chosen = Variable { current: Current { value: given.to_vec().into() }, ..variable.clone() };
    Ok(bind(&chosen, options))
}

/// Selects the initial value, as Grafana does: the file's selection if it is still an option, otherwise "All" if offered,
/// otherwise the first option.
pub fn bind(variable: &Variable, options: Vec<String>) -> Bound {
    let chosen: Vec<String> = match &variable.current.value {
        Json::String(text) if !text.is_empty() => vec![text.clone()],
        Json::Array(list) => list.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    // A text box may hold any value.
    let valid: Vec<String> = chosen
        .into_iter()
        .filter(|value| value == ALL || variable.kind == "textbox" || options.contains(value))
        .collect();
    let all = variable.include_all && (valid.is_empty() || valid.iter().any(|value| value == ALL));
    let value = match (&variable.all_value, all) {
        (Some(verbatim), true) if !verbatim.is_empty() => Value::Verbatim(verbatim.clone()),
        (_, true) => Value::All(options),
        (_, false) => {
            let first = options.into_iter().next().into_iter().collect();
            let values: Vec<String> = if valid.is_empty() { first } else { valid };
            if variable.multi || variable.include_all {
                Value::Many(values)
            } else {
                Value::One(values.into_iter().next().unwrap_or_default())
            }
        }
    };
    Bound { name: variable.name.clone(), value }
}

fn split_custom(query: &str) -> Vec<String> {
    query
        .split(',')
        .map(|option| option.split_once(" : ").map_or(option, |(_, value)| value).trim().to_owned())
        .filter(|option| !option.is_empty())
        .collect()
}

fn query_source(query: &str) -> Option<Source> {
    let arguments = query.trim().strip_prefix("label_values(")?.strip_suffix(')')?.trim();
    // The label is the last argument. Commas before it belong to the selector.
    let (selector, label) = match arguments.rsplit_once(',') {
        Some((selector, label)) => (Some(selector.trim().to_owned()), label.trim()),
        None => (None, arguments),
    };
    let is_valid = !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_valid.then(|| Source::LabelValues { label: label.to_owned(), selector })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(json: &str) -> Variable {
        serde_json::from_str(json).unwrap()
    }

    fn source_of(json: &str) -> Result<Source, Unsupported> {
        source(&variable(json), |text| Ok(text.to_owned()))
    }

    #[test]
    fn parses_label_values() {
        let query = r#"label_values(up{job="a",instance!=""}, job)"#;
        let json = serde_json::json!({"name": "v", "type": "query", "query": {"query": query, "refId": "x"}});
        assert_eq!(
            source_of(&json.to_string()).unwrap(),
            Source::LabelValues { label: "job".into(), selector: Some(r#"up{job="a",instance!=""}"#.into()) }
        );
        assert_eq!(
            source_of(r#"{"name":"v","type":"query","query":"label_values(job)"}"#).unwrap(),
            Source::LabelValues { label: "job".into(), selector: None }
        );
    }

    #[test]
    fn keeps_an_influxdb_query_unchanged() {
        let query = r#"SHOW TAG VALUES FROM "t" WITH KEY = "host""#;
        let json = serde_json::json!({"name": "v", "type": "query", "query": query,
            "datasource": {"type": "influxdb", "uid": "influxdb"}});
        assert_eq!(source_of(&json.to_string()).unwrap(), Source::InfluxQl(query.into()));
    }

    #[test]
    fn reads_custom_options_with_display_names() {
        let read = source_of(r#"{"name":"v","type":"custom","query":"1m, five : 5m,10m"}"#).unwrap();
        assert_eq!(read, Source::Fixed(vec!["1m".into(), "5m".into(), "10m".into()]));
    }

    #[test]
    fn rejects_unsupported_variables() {
        let kind = source_of(r#"{"name":"v","type":"adhoc"}"#).unwrap_err();
        assert!(kind.0.contains("adhoc") && kind.0.contains('v'), "{kind}");
        let query = source_of(r#"{"name":"v","type":"query","query":"metrics(x)"}"#).unwrap_err();
        assert!(query.0.contains("metrics(x)"), "{query}");
        assert!(source_of(r#"{"name":"v","type":"custom","query":"a","regex":"/a/"}"#).is_err());
    }

    #[test]
    fn resolves_all_to_every_option_or_to_the_all_value() {
        let options = || vec!["a".to_owned(), "b".to_owned()];
        let all = r#"{"name":"v","type":"query","includeAll":true,"current":{"value":"$__all"}}"#;
        assert_eq!(bind(&variable(all), options()).value, Value::All(options()));
        let given =
            r#"{"name":"v","type":"query","includeAll":true,"allValue":".*","current":{"value":["$__all"]}}"#;
        assert_eq!(bind(&variable(given), options()).value, Value::Verbatim(".*".into()));
    }

    #[test]
    fn selects_valid_values_from_a_url() {
        let options = || vec!["a".to_owned(), "b".to_owned()];
        let chosen = |json, given: &[&str]| {
            let given: Vec<String> = given.iter().map(|&value| value.to_owned()).collect();
            choose(&variable(json), options(), &given).map(|bound| bound.value)
        };
        let multi = r#"{"name":"v","type":"query","multi":true,"includeAll":true,"current":{"value":"a"}}"#;
        assert_eq!(chosen(multi, &["b"]).unwrap(), Value::Many(vec!["b".into()]));
        assert_eq!(chosen(multi, &["b", "a"]).unwrap(), Value::Many(vec!["b".into(), "a".into()]));
        assert_eq!(chosen(multi, &["$__all"]).unwrap(), Value::All(options()));
        assert_eq!(chosen(multi, &[]).unwrap(), Value::Many(vec!["a".into()]));
        assert!(chosen(multi, &["z"]).unwrap_err().0.contains("\"z\""));
        let single = r#"{"name":"v","type":"custom"}"#;
        assert_eq!(chosen(single, &["b"]).unwrap(), Value::One("b".into()));
        assert!(chosen(single, &["a", "b"]).is_err() && chosen(single, &["$__all"]).is_err());
        assert_eq!(chosen(r#"{"name":"v","type":"textbox"}"#, &["z"]).unwrap(), Value::One("z".into()));
    }

    #[test]
    fn falls_back_to_the_first_option_if_the_selection_is_gone() {
        let options = || vec!["a".to_owned(), "b".to_owned()];
        let valid = r#"{"name":"v","type":"query","current":{"value":"b"}}"#;
        assert_eq!(bind(&variable(valid), options()).value, Value::One("b".into()));
        let removed = r#"{"name":"v","type":"query","current":{"value":"z"}}"#;
        assert_eq!(bind(&variable(removed), options()).value, Value::One("a".into()));
        let removed = r#"{"name":"v","type":"query","includeAll":true,"current":{"value":"z"}}"#;
        assert_eq!(bind(&variable(removed), options()).value, Value::All(options()));
        let typed = r#"{"name":"v","type":"textbox","query":"a","current":{"value":"typed"}}"#;
        assert_eq!(bind(&variable(typed), vec!["a".into()]).value, Value::One("typed".into()));
    }
}
