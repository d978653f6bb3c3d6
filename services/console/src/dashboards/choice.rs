//! A dashboard's variables with what a browser chose for them.
//!
//! Nothing that a browser says goes into a query but such a value, and only if it is one of the options. What is typed
//! into a textbox is held to characters that end no string or expression of any query language here.

use std::collections::HashMap;

use dashboards::interpolate::{in_influxql, in_promql, replace};
use dashboards::model::{Dashboard, Variable};
use dashboards::time::Window;
use dashboards::variables::{self, Bound};
use serde_json::Value;

use super::sources::Sources;

/// Grafana's spelling of "All".
const ALL: &str = "$__all";
/// Of what is typed; in characters.
const MAX_TYPED: usize = 200;

/// What was chosen, by variable.
pub(super) type Given = HashMap<String, Vec<String>>;

/// A variable, its options and its value.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub(super) variable: &'a Variable,
    pub(super) options: Vec<String>,
    /// `$__all` is "All".
    pub(super) current: Vec<String>,
    /// What goes into queries, or why nothing can.
    pub(super) bound: Result<Bound, String>,
}

/// Resolves the variables in order; each may use those before it.
pub(super) async fn choose<'a>(
    sources: &Sources,
    dashboard: &'a Dashboard,
    window: Window,
    given: &Given,
) -> Vec<Choice<'a>> {
    let mut choices: Vec<Choice<'a>> = Vec::new();
    for variable in &dashboard.templating.list {
        let options = options(sources, variable, &bound(&choices), window).await;
        choices.push(Choice::new(variable, options, given.get(&variable.name)));
    }
    choices
}

/// Those that have a value.
pub(super) fn bound(choices: &[Choice<'_>]) -> Vec<Bound> {
    choices.iter().filter_map(|choice| choice.bound.as_ref().ok()).cloned().collect()
}

/// Why others have none.
pub(super) fn refused(choices: &[Choice<'_>]) -> Option<String> {
    let reasons: Vec<&str> =
        choices.iter().filter_map(|choice| choice.bound.as_ref().err()).map(String::as_str).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

async fn options(
    sources: &Sources,
    variable: &Variable,
    before: &[Bound],
    window: Window,
) -> Result<Vec<String>, String> {
    let in_influxdb = variable.datasource.as_ref().is_some_and(|source| source.kind == "influxdb");
    let write = if in_influxdb { in_influxql } else { in_promql };
    let written = |text: &str| replace(text, |name, format| write(before, name, format));
    let source =
        variables::source(variable, written).map_err(|unknown| format!("not known here: {unknown}"))?;
    sources.options(&source, window).await
}

impl<'a> Choice<'a> {
    fn new(
        variable: &'a Variable,
        options: Result<Vec<String>, String>,
        given: Option<&Vec<String>>,
    ) -> Self {
        let given = given.filter(|values| !values.is_empty());
        let (options, failed) = match options {
            Ok(options) => (options, None),
            Err(reason) => (Vec::new(), Some(reason)),
        };
        let mut variable_then = variable.clone();
        if let Some(values) = given {
            variable_then.current.value = values.iter().cloned().map(Value::String).collect();
        }
        let bound = match failed {
            Some(reason) => Err(reason),
            None => given.map_or(Ok(()), |values| allowed(variable, &options, values)),
        };
        let bound = bound.map(|()| variables::bind(&variable_then, options.clone()));
        let bound = bound.map_err(|reason| format!("variable ${}: {reason}", variable.name));
        let current = current(&variable_then, &options);
        Self { variable, options, current, bound }
    }
}

/// What is shown as chosen: as `variables::bind` falls back.
fn current(variable: &Variable, options: &[String]) -> Vec<String> {
    let chosen: Vec<&str> = match &variable.current.value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is_valid = |value: &&str| allowed(variable, options, &[(*value).to_owned()]).is_ok();
    let valid: Vec<String> = chosen.into_iter().filter(is_valid).map(str::to_owned).collect();
    if variable.include_all && (valid.is_empty() || valid.iter().any(|value| value == ALL)) {
        return vec![ALL.to_owned()];
    }
    if valid.is_empty() { options.first().cloned().into_iter().collect() } else { valid }
}

fn allowed(variable: &Variable, options: &[String], values: &[String]) -> Result<(), String> {
    if values.len() > 1 && !variable.multi {
        return Err(format!("{} values, it takes one", values.len()));
    }
    let is_allowed = |value: &&String| {
        let all = value.as_str() == ALL && variable.include_all;
        all || options.contains(value) || (variable.kind == "textbox" && is_harmless(value))
    };
    match values.iter().find(|value| !is_allowed(value)) {
        None => Ok(()),
        Some(typed) if variable.kind == "textbox" => {
            Err(format!("{typed:?} is not just letters, digits, spaces and _-.:@+, ({MAX_TYPED} at most)"))
        }
        Some(other) => Err(format!("{other:?} is none of its {} options now", options.len())),
    }
}

fn is_harmless(typed: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " _-.:@+,".contains(c);
    typed.chars().count() <= MAX_TYPED && typed.chars().all(harmless)
}

#[cfg(test)]
mod tests {
    use dashboards::variables::Value as Held;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn variable(more: &Value) -> Variable {
        let mut json = json!({"name": "job", "type": "query"});
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(json).unwrap()
    }

    fn chosen(variable: &Variable, given: &[&str]) -> (Vec<String>, Result<Held, String>) {
        let given: Vec<String> = given.iter().map(|value| (*value).to_owned()).collect();
        let choice = Choice::new(variable, Ok(vec!["a".to_owned(), "b".to_owned()]), Some(&given));
        (choice.current, choice.bound.map(|bound| bound.value))
    }

    fn many(values: &[&str]) -> Held {
        Held::Many(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn only_options_are_taken() {
        let one = variable(&json!({}));
        assert_eq!(chosen(&one, &["b"]), (vec!["b".to_owned()], Ok(Held::One("b".into()))));
        assert_eq!(chosen(&one, &[]).1, Ok(Held::One("a".into())), "the first");
        for wrong in ["c", "", "$__all", r#"a"} or up{x="#, "a|b"] {
            let (current, bound) = chosen(&one, &[wrong]);
            assert_eq!(current, ["a"], "{wrong}");
            assert!(bound.unwrap_err().starts_with("variable $job: "), "{wrong}");
        }
        assert!(chosen(&one, &["a", "b"]).1.unwrap_err().contains("takes one"));
    }

    #[test]
    fn several_and_all_are_taken_where_they_are_offered() {
        let several = variable(&json!({"multi": true}));
        assert_eq!(chosen(&several, &["b", "a"]).1, Ok(many(&["b", "a"])));
        assert!(chosen(&several, &["b", "c"]).1.is_err());
        assert!(chosen(&several, &["$__all"]).1.is_err());
        let all = variable(&json!({"multi": true, "includeAll": true}));
        assert_eq!(chosen(&all, &["$__all"]), (vec!["$__all".to_owned()], Ok(many(&["a", "b"]))));
        assert_eq!(chosen(&all, &[]).0, ["$__all"]);
        let verbatim = variable(&json!({"includeAll": true, "allValue": ".*"}));
        assert_eq!(chosen(&verbatim, &["$__all"]).1, Ok(Held::Verbatim(".*".into())));
        assert!(chosen(&verbatim, &[".*"]).1.is_err(), "what All stands for is not the browser's to say");
    }

    #[test]
    fn options_that_cannot_be_had_are_named_and_leave_the_dashboard_standing() {
        let variable = variable(&json!({"includeAll": true}));
        let choice = Choice::new(&variable, Err("cannot be reached: x".into()), None);
        assert_eq!((choice.current, choice.options), (vec!["$__all".to_owned()], vec![]));
        assert_eq!(choice.bound.unwrap_err(), "variable $job: cannot be reached: x");
    }

    proptest! {
        #[test]
        fn what_is_typed_ends_no_string_and_no_expression(typed in r#"[a-z "'`\\/{}()\[\];|$=~<>*\n-]{1,9}"#) {
            let textbox = variable(&json!({"type": "textbox"}));
            let taken = chosen(&textbox, &[&typed]).1.is_ok();
            prop_assert_eq!(taken, !typed.contains(|c: char| "\"'`\\/{}()[];|$=~<>*\n".contains(c)));
        }
    }
}
