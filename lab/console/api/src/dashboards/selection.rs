//! The values that a browser selected for a dashboard's variables.
//!
//! These values are the only part of a request that enters a query. A value must be one of the variable's options. The text
//! of a textbox is limited to characters that cannot end a string or an expression in any of the query languages.

use std::collections::HashMap;

use dashboards::model::{Dashboard, Variable};
use dashboards::time::Window;
use dashboards::variables::{self, Bound, Value};
use evaluate::panel;

use super::sources::Sources;

/// Grafana's spelling of "All".
const ALL: &str = "$__all";
/// Maximum length of the text of a textbox, in characters.
const MAX_TYPED: usize = 200;

/// The selected values by variable, as the browser sent them.
pub(super) type Requested = HashMap<String, Vec<String>>;

/// A variable, its options and its value.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    pub(super) variable: &'a Variable,
    pub(super) options: Vec<String>,
    /// The selected options; `$__all` stands for "All".
    pub(super) current: Vec<String>,
    /// The value for queries, or why there is none.
    pub(super) binding: Result<Bound, String>,
}

/// Resolves the variables in order. The options of a variable may depend on the values of the ones before it.
pub(super) async fn resolve<'a>(
    sources: &Sources,
    dashboard: &'a Dashboard,
    window: Window,
    requested: &Requested,
) -> Vec<Selection<'a>> {
    let mut selections: Vec<Selection<'a>> = Vec::new();
    for variable in &dashboard.templating.list {
        let options = options(sources, variable, &bindings(&selections), window).await;
        let values = requested.get(&variable.name).map_or(&[][..], Vec::as_slice);
        selections.push(Selection::new(variable, options, values));
    }
    selections
}

/// The values of all variables that have one.
pub(super) fn bindings(selections: &[Selection<'_>]) -> Vec<Bound> {
    selections.iter().filter_map(|selection| selection.binding.as_ref().ok()).cloned().collect()
}

/// Why variables have no value, by name.
pub(super) fn errors(selections: &[Selection<'_>]) -> HashMap<String, String> {
    let error = |selection: &Selection<'_>| {
        Some((selection.variable.name.clone(), selection.binding.as_ref().err()?.clone()))
    };
    selections.iter().filter_map(error).collect()
}

async fn options(
    sources: &Sources,
    variable: &Variable,
    previous: &[Bound],
    window: Window,
) -> Result<Vec<String>, String> {
    let source = panel::variable_source(variable, previous)
        .map_err(|unknown| format!("not supported here: {unknown}"))?;
    sources.options(source, window).await
}

impl<'a> Selection<'a> {
    fn new(variable: &'a Variable, options: Result<Vec<String>, String>, values: &[String]) -> Self {
        let (options, binding) = match options {
            Ok(options) => {
                let binding = bind(variable, &options, values);
                (options, binding)
            }
            Err(reason) => (Vec::new(), Err(format!("variable ${}: {reason}", variable.name))),
        };
        let current = match &binding {
            Ok(bound) => current(&bound.value),
            // The default selection.
            Err(_) => current(&variables::bind(variable, options.clone()).value),
        };
        Self { variable, options, current, binding }
    }
}

fn bind(variable: &Variable, options: &[String], values: &[String]) -> Result<Bound, String> {
    if variable.kind == "textbox"
        && let Some(typed) = values.iter().find(|typed| !is_harmless(typed))
    {
        let allowed = format!("at most {MAX_TYPED} letters, digits, spaces and _-.:@+,");
        return Err(format!("variable ${}: got {typed:?}, expected {allowed}", variable.name));
    }
    let bound = variables::choose(variable, options.to_vec(), values);
    bound.map_err(|unknown| format!("{unknown} (it has {} options now)", options.len()))
}

fn current(value: &Value) -> Vec<String> {
    match value {
        Value::All(_) | Value::Verbatim(_) => vec![ALL.to_owned()],
        Value::One(_) | Value::Many(_) => {
            value.list().into_iter().filter(|value| !value.is_empty()).map(str::to_owned).collect()
        }
    }
}

fn is_harmless(typed: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " _-.:@+,".contains(c);
    typed.chars().count() <= MAX_TYPED && typed.chars().all(harmless)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn variable(more: &Json) -> Variable {
        let mut json = json!({"name": "job", "type": "query"});
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(json).unwrap()
    }

    fn chosen(variable: &Variable, given: &[&str]) -> (Vec<String>, Result<Value, String>) {
        let given: Vec<String> = given.iter().map(|value| (*value).to_owned()).collect();
        let selection = Selection::new(variable, Ok(vec!["a".to_owned(), "b".to_owned()]), &given);
        (selection.current, selection.binding.map(|bound| bound.value))
    }

    fn many(values: &[&str]) -> Value {
        Value::Many(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn accepts_only_options() {
        let one = variable(&json!({}));
        assert_eq!(chosen(&one, &["b"]), (vec!["b".to_owned()], Ok(Value::One("b".into()))));
        assert_eq!(chosen(&one, &[]).1, Ok(Value::One("a".into())), "the first option");
        for wrong in ["c", "$__all", r#"a"} or up{x="#, "a|b"] {
            let (current, bound) = chosen(&one, &[wrong]);
            assert_eq!(current, ["a"], "{wrong}");
            let error = bound.unwrap_err();
            assert!(error.contains("of variable $job (it has 2 options now)"), "{error}");
        }
        assert!(chosen(&one, &["a", "b"]).1.unwrap_err().contains("holds one"));
    }

    #[test]
    fn accepts_several_values_and_all_where_the_variable_allows_them() {
        let several = variable(&json!({"multi": true}));
        assert_eq!(chosen(&several, &["b", "a"]).1, Ok(many(&["b", "a"])));
        assert!(chosen(&several, &["b", "c"]).1.is_err());
        assert!(chosen(&several, &["$__all"]).1.is_err());
        let all = variable(&json!({"multi": true, "includeAll": true}));
        assert_eq!(
            chosen(&all, &["$__all"]),
            (vec!["$__all".to_owned()], Ok(Value::All(vec!["a".into(), "b".into()])))
        );
        assert_eq!(chosen(&all, &[]).0, ["$__all"]);
        let verbatim = variable(&json!({"includeAll": true, "allValue": ".*"}));
        assert_eq!(chosen(&verbatim, &["$__all"]).1, Ok(Value::Verbatim(".*".into())));
        assert!(chosen(&verbatim, &[".*"]).1.is_err(), "a browser cannot send the value of All");
    }

    #[test]
    fn unavailable_options_are_an_error_of_the_variable_only() {
        let variable = variable(&json!({"includeAll": true}));
        let selection = Selection::new(&variable, Err("cannot be reached: x".into()), &[]);
        assert_eq!((selection.current, selection.options), (vec!["$__all".to_owned()], vec![]));
        assert_eq!(selection.binding.unwrap_err(), "variable $job: cannot be reached: x");
    }

    proptest! {
        #[test]
        fn typed_text_cannot_end_a_string_or_an_expression(typed in r#"[a-z "'`\\/{}()\[\];|$=~<>*\n-]{1,9}"#) {
            let textbox = variable(&json!({"type": "textbox"}));
            let accepted = chosen(&textbox, &[&typed]).1.is_ok();
            prop_assert_eq!(accepted, !typed.contains(|c: char| "\"'`\\/{}()[];|$=~<>*\n".contains(c)));
        }
    }
}
