//! Searches for traces as Grafana sends them to Jaeger.

use super::{
    super::{
        Unknown,
        model::{Panel, Target},
    },
    Context, Query, promql,
    steps::panel_range,
};

pub(super) fn query(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Query, Unknown> {
    if target.query_type.as_deref() != Some("search") {
        return Err(Unknown(format!("query type {:?} of Jaeger", target.query_type)));
    }
    let range = panel_range(panel, context)?;
    let mut parameters = vec![("lookback", range.as_micros().to_string())];
    let given = [("service", &target.service), ("operation", &target.operation), ("tags", &target.tags)];
    for (name, value) in given {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            parameters.push((name, promql::with_variables(value, context.variables)?));
        }
    }
    parameters.push(("limit", target.limit.unwrap_or(20).to_string()));
    Ok(Query::Traces { parameters })
}
