//! `InfluxQL` queries as Grafana sends them. Supports raw queries (`rawQuery`) with Grafana's macros.

use std::time::Duration;

use super::{
    query::{Context, Query},
    steps::Steps,
};
use crate::{
    Unsupported, duration,
    interpolate::{Language, replace_in_query},
    model::{Panel, Target},
    time::Window,
    variables::Bound,
};

/// The macro for the time range. It stays in the query until [`fill_time_filter`], because a rule's range is known only at
/// evaluation.
const TIME_FILTER: &str = "timeFilter";

pub(super) fn query(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Query, Unsupported> {
    if !target.raw_query {
        return Err(Unsupported(format!("target {} without a raw query (rawQuery)", target.ref_id)));
    }
    let steps = Steps::for_target(panel, target, context)?;
    let query = interpolate(&target.query, context.variables, steps)?;
    let window = context.window;
    Ok(Query::InfluxQl { width: bucket_width(&query)?, query: fill_time_filter(&query, window), window })
}

/// Replaces all variables and macros except the time filter.
///
/// # Errors
///
/// Returns an error if the query is empty or uses an unknown variable.
pub fn interpolate(query: &str, variables: &[Bound], steps: Steps) -> Result<String, Unsupported> {
    if query.trim().is_empty() {
        return Err(Unsupported("empty query".into()));
    }
    replace_in_query(query, Language::InfluxQl, variables, |name| match name {
        TIME_FILTER => Some(format!("${name}")),
        name => steps.builtin(name),
    })
}

/// Replaces the dashboard's variables, and leaves Grafana's built-in ones for Grafana's backend.
///
/// # Errors
///
/// Returns an error if the query uses an unknown variable.
pub fn interpolate_dashboard_variables(query: &str, variables: &[Bound]) -> Result<String, Unsupported> {
    replace_in_query(query, Language::InfluxQl, variables, |name| {
        let is_builtin = name.starts_with("__") || name == "interval" || name == TIME_FILTER;
        is_builtin.then(|| format!("${name}"))
    })
}

/// Replaces the time filter by a range.
pub fn fill_time_filter(query: &str, Window { from_ms, to_ms }: Window) -> String {
    query.replace(&format!("${TIME_FILTER}"), &format!("time >= {from_ms}ms and time <= {to_ms}ms"))
}

/// The width of the `GROUP BY time` buckets. 0 if the query does not group by time.
///
/// The timestamp of a bucket is its start, so its newest value may be younger by this width.
///
/// # Errors
///
/// Returns an error if the width is not a duration.
pub fn bucket_width(query: &str) -> Result<Duration, Unsupported> {
    let lower = query.to_lowercase();
    let Some((_, rest)) = lower.split_once("time(") else { return Ok(Duration::ZERO) };
    let argument = rest.split([',', ')']).next().unwrap_or_default();
    duration::parse(argument)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::Value;

    const QUERY: &str = r#"SELECT mean("p99") FROM "response_time.timer" WHERE $timeFilter AND "host" =~ /^$host$/ GROUP BY time($__interval), "host" fill(none)"#;

    fn variables() -> [Bound; 1] {
        [Bound { name: "host".into(), value: Value::Many(vec!["hello.1".into(), "b".into()]) }]
    }

    #[test]
    fn replaces_macros_and_variables_before_the_time_filter() {
        let steps = Steps::new(Duration::from_secs(900), Duration::from_secs(30), Duration::from_secs(1));
        let query = interpolate(QUERY, &variables(), steps).unwrap();
        assert_eq!(bucket_width(&query).unwrap(), Duration::from_secs(30));
        assert_eq!(
            fill_time_filter(&query, Window { from_ms: 1000, to_ms: 2000 }),
            r#"SELECT mean("p99") FROM "response_time.timer" WHERE time >= 1000ms and time <= 2000ms AND "host" =~ /^(hello\.1|b)$/ GROUP BY time(30s), "host" fill(none)"#
        );
    }

    #[test]
    fn keeps_built_in_variables_for_grafanas_backend() {
        let query = interpolate_dashboard_variables(QUERY, &variables()).unwrap();
        assert!(query.contains("$timeFilter") && query.contains("time($__interval)"), "{query}");
        assert!(query.contains(r"/^(hello\.1|b)$/"), "{query}");
    }

    #[test]
    fn reports_zero_width_without_groups_and_rejects_invalid_widths() {
        assert_eq!(bucket_width(r#"SELECT last("value") FROM "c" WHERE time > 5s"#).unwrap(), Duration::ZERO);
        assert!(bucket_width("SELECT x GROUP BY time(often)").unwrap_err().0.contains("often"));
        assert!(interpolate(" ", &[], Steps::new(Duration::ZERO, Duration::ZERO, Duration::ZERO)).is_err());
    }
}
