//! A dashboard's variables with what a browser chose for them.
//!
//! Nothing that a browser says goes into a query but such a value, and only if it is one of the options. What is typed
//! into a textbox is held to characters that end no string or expression of any query language here.

use std::collections::HashMap;

use dashboards::model::{Dashboard, Variable};
use dashboards::time::Window;
use dashboards::variables::{self, Bound, Value};
use evaluate::panel;

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
        let given = given.get(&variable.name).map_or(&[][..], Vec::as_slice);
        choices.push(Choice::new(variable, options, given));
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
    let source =
        panel::variable_source(variable, before).map_err(|unknown| format!("not known here: {unknown}"))?;
    sources.options(source, window).await
}

impl<'a> Choice<'a> {
    fn new(variable: &'a Variable, options: Result<Vec<String>, String>, given: &[String]) -> Self {
        let (options, failed) = match options {
            Ok(options) => (options, None),
            Err(reason) => (Vec::new(), Some(format!("variable ${}: {reason}", variable.name))),
        };
        let bound = match failed {
            Some(reason) => Err(reason),
            None => chosen(variable, &options, given),
        };
        let current = match &bound {
            Ok(bound) => current(&bound.value),
            // What it would be without the choice.
            Err(_) => current(&variables::bind(variable, options.clone()).value),
        };
        Self { variable, options, current, bound }
    }
}

fn chosen(variable: &Variable, options: &[String], given: &[String]) -> Result<Bound, String> {
    if variable.kind == "textbox"
        && let Some(typed) = given.iter().find(|typed| !is_harmless(typed))
    {
        let allowed = format!("letters, digits, spaces and _-.:@+, ({MAX_TYPED} at most)");
        return Err(format!("value {typed:?} of variable ${} is not just {allowed}", variable.name));
    }
    let chosen = variables::choose(variable, options.to_vec(), given);
    chosen.map_err(|unknown| format!("{unknown} (it has {} options now)", options.len()))
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
        let choice = Choice::new(variable, Ok(vec!["a".to_owned(), "b".to_owned()]), &given);
        (choice.current, choice.bound.map(|bound| bound.value))
    }

    fn many(values: &[&str]) -> Value {
        Value::Many(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn only_options_are_taken() {
        let one = variable(&json!({}));
        assert_eq!(chosen(&one, &["b"]), (vec!["b".to_owned()], Ok(Value::One("b".into()))));
        assert_eq!(chosen(&one, &[]).1, Ok(Value::One("a".into())), "the first");
        for wrong in ["c", "$__all", r#"a"} or up{x="#, "a|b"] {
            let (current, bound) = chosen(&one, &[wrong]);
            assert_eq!(current, ["a"], "{wrong}");
            let error = bound.unwrap_err();
            assert!(error.contains("of variable $job (it has 2 options now)"), "{error}");
        }
        assert!(chosen(&one, &["a", "b"]).1.unwrap_err().contains("holds one"));
    }

    #[test]
    fn several_and_all_are_taken_where_they_are_offered() {
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
        assert!(chosen(&verbatim, &[".*"]).1.is_err(), "what All stands for is not the browser's to say");
    }

    #[test]
    fn options_that_cannot_be_had_are_named_and_leave_the_dashboard_standing() {
        let variable = variable(&json!({"includeAll": true}));
        let choice = Choice::new(&variable, Err("cannot be reached: x".into()), &[]);
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
