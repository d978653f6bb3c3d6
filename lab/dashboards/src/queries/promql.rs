//! `PromQL` queries as Grafana sends them.

use super::{
    query::{Context, Query},
    steps::Steps,
};
use crate::{
    Unsupported,
    interpolate::{Language, replace_in_query},
    model::{Panel, Target},
    variables::Bound,
};

/// Two queries if both `instant` and `range` are set, otherwise one.
pub(super) fn queries(
    panel: &Panel,
    target: &Target,
    context: Context<'_>,
) -> Result<Vec<Query>, Unsupported> {
    let steps = Steps::for_target(panel, target, context)?;
    let expr = interpolate(&target.expr, context.variables, steps)?;
    if expr.trim().is_empty() {
        return Err(Unsupported(format!("target {} without an expression", target.ref_id)));
    }
    let mut queries = Vec::new();
    if target.instant {
        queries.push(Query::Instant { expr: expr.clone(), time_ms: context.window.to_ms });
    }
    if target.range.unwrap_or(!target.instant) || !target.instant {
        queries.push(Query::Range { expr, window: context.window.aligned(steps.step), step: steps.step });
    }
    Ok(queries)
}

/// Replaces all variables and macros.
///
/// # Errors
///
/// Returns an error if the expression uses an unknown variable.
pub fn interpolate(expr: &str, variables: &[Bound], steps: Steps) -> Result<String, Unsupported> {
    replace_in_query(expr, Language::PromQl, variables, |name| steps.builtin(name))
}

/// Replaces the dashboard's variables, and leaves Grafana's built-in ones for Grafana's backend.
///
/// # Errors
///
/// Returns an error if the expression uses an unknown variable.
pub fn interpolate_dashboard_variables(expr: &str, variables: &[Bound]) -> Result<String, Unsupported> {
    replace_in_query(expr, Language::PromQl, variables, |name| {
        name.starts_with("__").then(|| format!("${name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::Value;

    #[test]
    fn keeps_built_in_variables_for_grafanas_backend() {
        let variables = [Bound { name: "job".into(), value: Value::One("a".into()) }];
        let query =
            interpolate_dashboard_variables(r#"rate(x{job="$job"}[$__rate_interval])"#, &variables).unwrap();
        assert_eq!(query, r#"rate(x{job="a"}[$__rate_interval])"#);
    }
}
