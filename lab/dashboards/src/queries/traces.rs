//! Searches for traces as Grafana sends them to Jaeger.

use super::{
    super::{
        Unknown,
        model::{Panel, Target},
        time::Window,
    },
    Context, Query, promql,
    steps::refuse_own_range,
};

pub(super) fn query(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Query, Unknown> {
    if target.query_type.as_deref() != Some("search") {
        return Err(Unknown(format!("query type {:?} of Jaeger", target.query_type)));
    }
    refuse_own_range(panel)?;
    let Window { from_ms, to_ms } = context.window;
    let mut parameters = vec![("start", (from_ms * 1000).to_string()), ("end", (to_ms * 1000).to_string())];
    let given = [("service", &target.service), ("operation", &target.operation), ("tags", &target.tags)];
    for (name, value) in given {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            parameters.push((name, promql::with_variables(value, context.variables)?));
        }
    }
    parameters.push(("limit", target.limit.unwrap_or(20).to_string()));
    Ok(Query::Traces { parameters })
}
