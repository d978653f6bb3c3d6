//! `InfluxQL` as Grafana sends it: a written query (`rawQuery`) with Grafana's macros.

use std::time::Duration;

use super::{
    query::{Context, Query},
    steps::Steps,
};
use crate::{
    Unsupported, duration,
    interpolate::{in_influxql, replace},
    model::{Panel, Target},
    time::Window,
    variables::Bound,
};

/// The macro that stands for the range; of a rule, it can only be written when the query is sent.
const TIME_FILTER: &str = "timeFilter";

pub(super) fn query(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Query, Unsupported> {
    if !target.raw_query {
        return Err(Unsupported(format!("target {} is not a written query (rawQuery)", target.ref_id)));
    }
    let steps = Steps::of_panel(panel, target, context)?;
    let query = complete(&target.query, context.variables, steps)?;
    let window = context.window;
    Ok(Query::InfluxQl { width: width(&query)?, query: between(&query, window), window })
}

/// A query without variables but the time filter.
pub fn complete(query: &str, variables: &[Bound], steps: Steps) -> Result<String, Unsupported> {
    if query.trim().is_empty() {
        return Err(Unsupported("a query without text".into()));
    }
    replace(query, |name, format| match steps.builtin(name) {
        _ if name == TIME_FILTER => Ok(format!("${name}")),
        Some(text) => Ok(text),
        None => in_influxql(variables, name, format),
    })
}

/// A query with the dashboard's variables written in, Grafana's own left for its back end.
pub fn with_variables(query: &str, variables: &[Bound]) -> Result<String, Unsupported> {
    replace(query, |name, format| {
        let own = name.starts_with("__") || name == "interval" || name == TIME_FILTER;
        if own { Ok(format!("${name}")) } else { in_influxql(variables, name, format) }
    })
}

/// Writes the time filter.
pub fn between(query: &str, Window { from_ms, to_ms }: Window) -> String {
    query.replace(&format!("${TIME_FILTER}"), &format!("time >= {from_ms}ms and time <= {to_ms}ms"))
}

/// The width of the buckets that the query groups by; 0 if it groups by no time.
///
/// `InfluxDB` names a bucket by its beginning: its newest value is younger than its time by this.
pub fn width(query: &str) -> Result<Duration, Unsupported> {
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
    fn macros_and_variables_are_written_in_and_the_time_filter_last() {
        let steps = Steps::new(Duration::from_secs(900), Duration::from_secs(30), Duration::from_secs(1));
        let written = complete(QUERY, &variables(), steps).unwrap();
        assert_eq!(width(&written).unwrap(), Duration::from_secs(30));
        assert_eq!(
            between(&written, Window { from_ms: 1000, to_ms: 2000 }),
            r#"SELECT mean("p99") FROM "response_time.timer" WHERE time >= 1000ms and time <= 2000ms AND "host" =~ /^(hello\.1|b)$/ GROUP BY time(30s), "host" fill(none)"#
        );
    }

    #[test]
    fn grafanas_own_are_left_for_its_back_end() {
        let written = with_variables(QUERY, &variables()).unwrap();
        assert!(written.contains("$timeFilter") && written.contains("time($__interval)"), "{written}");
        assert!(written.contains(r"/^(hello\.1|b)$/"), "{written}");
    }

    #[test]
    fn a_query_without_groups_has_no_width_and_an_unknown_width_is_named() {
        assert_eq!(width(r#"SELECT last("value") FROM "c" WHERE time > 5s"#).unwrap(), Duration::ZERO);
        assert!(width("SELECT x GROUP BY time(often)").unwrap_err().0.contains("often"));
        assert!(complete(" ", &[], Steps::new(Duration::ZERO, Duration::ZERO, Duration::ZERO)).is_err());
    }
}
