//! Dashboard variables: what must be asked for their options, and which value a dashboard opens with.

use serde_json::Value as Json;

use crate::{
    Unsupported,
    model::{Current, Variable},
};

/// Grafana's spelling of "All" in a variable's value.
const ALL: &str = "$__all";

/// Where a variable's options come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Known from the file alone.
    Fixed(Vec<String>),
    /// The values of a label, of the series that a selector matches.
    LabelValues {
        /// The label.
        label: String,
        /// A selector such as `up{job="x"}`; variables in it are replaced already.
        selector: Option<String>,
    },
    /// What an `InfluxQL` query gives, such as `SHOW TAG VALUES`; variables in it are replaced already.
    InfluxQl(String),
}

/// A variable's value, ready to be written into a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// As in `$name`.
    pub name: String,
    /// What it holds.
    pub value: Value,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One value of a variable that can hold only one.
    One(String),
    /// The chosen values of a variable that can hold several.
    Many(Vec<String>),
    /// "All": every option.
    All(Vec<String>),
    /// "All" where the file has an `allValue`: goes into a query as it stands.
    Verbatim(String),
}

impl Value {
    /// The single values, for a panel that is repeated by them.
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
    /// The single values.
    pub fn list(&self) -> Vec<&str> {
        match self {
            Self::One(value) | Self::Verbatim(value) => vec![value],
            Self::Many(values) | Self::All(values) => values.iter().map(String::as_str).collect(),
        }
    }

    /// Whether it may hold several.
    pub(crate) fn is_several(&self) -> bool {
        matches!(self, Self::Many(_) | Self::All(_))
    }
}

/// Finds where the options come from. `replace` writes the variables before this one into a query.
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
        // A data source's plug-in stands for its only data source, whose uid is the same word in this lab.
        "constant" | "textbox" | "datasource" => Ok(Source::Fixed(vec![query.to_owned()])),
        "query" if variable.datasource.as_ref().is_some_and(|source| source.kind == "influxdb") => {
            Ok(Source::InfluxQl(replace(query)?))
        }
        "query" => query_source(&replace(query)?)
            .ok_or_else(|| Unsupported(format!("query {query:?} of variable {name}"))),
        other => Err(Unsupported(format!("type {other:?} of variable {name}"))),
    }
}

/// Chooses what an address says, such as several `var-NAME`; what the file has chosen if it says nothing.
///
/// # Errors
///
/// If something chosen is none of the options (but of a text box), or several are chosen where one can be.
pub fn choose(variable: &Variable, options: Vec<String>, given: &[String]) -> Result<Bound, Unsupported> {
    if given.is_empty() {
        return Ok(bind(variable, options));
    }
    let name = &variable.name;
    let is_free = variable.kind == "textbox";
    let is_option = |value: &&String| {
        is_free || options.contains(value) || (variable.include_all && value.as_str() == ALL)
    };
    if let Some(wrong) = given.iter().find(|value| !is_option(value)) {
        return Err(Unsupported(format!("value {wrong:?} of variable ${name}")));
    }
    if given.len() > 1 && !variable.multi {
        return Err(Unsupported(format!("{} values of variable ${name}, which holds one", given.len())));
    }
    let chosen = Variable { current: Current { value: given.to_vec().into() }, ..variable.clone() };
    Ok(bind(&chosen, options))
}

/// Chooses what the dashboard opens with, as Grafana does: what the file has chosen, where it is still an option,
/// else the first option, which is "All" where that is offered.
pub fn bind(variable: &Variable, options: Vec<String>) -> Bound {
    let chosen: Vec<String> = match &variable.current.value {
        Json::String(text) if !text.is_empty() => vec![text.clone()],
        Json::Array(list) => list.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    // A textbox holds what is typed.
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
    // The label is the last argument; commas before it belong to the selector.
    let (selector, label) = match arguments.rsplit_once(',') {
        Some((selector, label)) => (Some(selector.trim().to_owned()), label.trim()),
        None => (None, arguments),
    };
    let plain = !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then(|| Source::LabelValues { label: label.to_owned(), selector })
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
    fn label_values_gives_its_label_and_its_selector() {
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
    fn a_query_of_influxdb_is_asked_as_it_stands() {
        let query = r#"SHOW TAG VALUES FROM "t" WITH KEY = "host""#;
        let json = serde_json::json!({"name": "v", "type": "query", "query": query,
            "datasource": {"type": "influxdb", "uid": "influxdb"}});
        assert_eq!(source_of(&json.to_string()).unwrap(), Source::InfluxQl(query.into()));
    }

    #[test]
    fn custom_options_may_have_names() {
        let read = source_of(r#"{"name":"v","type":"custom","query":"1m, five : 5m,10m"}"#).unwrap();
        assert_eq!(read, Source::Fixed(vec!["1m".into(), "5m".into(), "10m".into()]));
    }

    #[test]
    fn what_is_not_known_is_named() {
        let kind = source_of(r#"{"name":"v","type":"adhoc"}"#).unwrap_err();
        assert!(kind.0.contains("adhoc") && kind.0.contains('v'), "{kind}");
        let query = source_of(r#"{"name":"v","type":"query","query":"metrics(x)"}"#).unwrap_err();
        assert!(query.0.contains("metrics(x)"), "{query}");
        assert!(source_of(r#"{"name":"v","type":"custom","query":"a","regex":"/a/"}"#).is_err());
    }

    #[test]
    fn all_means_every_option_or_the_value_that_the_file_gives_it() {
        let options = || vec!["a".to_owned(), "b".to_owned()];
        let all = r#"{"name":"v","type":"query","includeAll":true,"current":{"value":"$__all"}}"#;
        assert_eq!(bind(&variable(all), options()).value, Value::All(options()));
        let given =
            r#"{"name":"v","type":"query","includeAll":true,"allValue":".*","current":{"value":["$__all"]}}"#;
        assert_eq!(bind(&variable(given), options()).value, Value::Verbatim(".*".into()));
    }

    #[test]
    fn what_an_address_says_is_chosen_if_it_can_be() {
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
    fn a_choice_that_is_no_option_any_more_falls_back_to_the_first() {
        let options = || vec!["a".to_owned(), "b".to_owned()];
        let kept = r#"{"name":"v","type":"query","current":{"value":"b"}}"#;
        assert_eq!(bind(&variable(kept), options()).value, Value::One("b".into()));
        let gone = r#"{"name":"v","type":"query","current":{"value":"z"}}"#;
        assert_eq!(bind(&variable(gone), options()).value, Value::One("a".into()));
        let gone = r#"{"name":"v","type":"query","includeAll":true,"current":{"value":"z"}}"#;
        assert_eq!(bind(&variable(gone), options()).value, Value::All(options()));
        let typed = r#"{"name":"v","type":"textbox","query":"a","current":{"value":"typed"}}"#;
        assert_eq!(bind(&variable(typed), vec!["a".into()]).value, Value::One("typed".into()));
    }
}
