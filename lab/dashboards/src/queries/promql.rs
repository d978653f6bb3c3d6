//! `PromQL` as Grafana sends it.

use super::{
    query::{Context, Query},
    steps::Steps,
};
use crate::{
    Unsupported,
    interpolate::{in_promql, replace},
    model::{Panel, Target},
    variables::Bound,
};

/// Grafana asks `instant` and `range` both where both are set.
pub(super) fn queries(
    panel: &Panel,
    target: &Target,
    context: Context<'_>,
) -> Result<Vec<Query>, Unsupported> {
    let steps = Steps::of_panel(panel, target, context)?;
    let expr = complete(&target.expr, context.variables, steps)?;
    if expr.trim().is_empty() {
        return Err(Unsupported(format!("target {} has no expression", target.ref_id)));
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

/// An expression without variables.
pub fn complete(expr: &str, variables: &[Bound], steps: Steps) -> Result<String, Unsupported> {
    replace(expr, |name, format| match steps.builtin(name) {
        Some(text) => Ok(text),
        None => in_promql(variables, name, format),
    })
}

/// An expression with the dashboard's variables written in, Grafana's own left for its back end.
pub fn with_variables(expr: &str, variables: &[Bound]) -> Result<String, Unsupported> {
    replace(expr, |name, format| {
        if name.starts_with("__") { Ok(format!("${name}")) } else { in_promql(variables, name, format) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::Value;

    #[test]
    fn only_the_dashboards_own_variables_are_replaced_for_grafana() {
        let variables = [Bound { name: "job".into(), value: Value::One("a".into()) }];
        let written = with_variables(r#"rate(x{job="$job"}[$__rate_interval])"#, &variables).unwrap();
        assert_eq!(written, r#"rate(x{job="a"}[$__rate_interval])"#);
    }
}
