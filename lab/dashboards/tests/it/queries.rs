//! Queries equal those that Grafana reported as sent: expression, step and time filter.

use dashboards::queries::Query;

use crate::support::Fixture;

const ALL: [&str; 13] = [
    "series_legend_of_labels",
    "series_fixed_legends",
    "series_without_legend",
    "stat_over_range",
    "stat_instant",
    "table_instant",
    "table_with_an_empty_answer",
    "heatmap",
    "states",
    "influx_alias_of_tag",
    "influx_fixed_alias",
    "influx_without_alias",
    "influx_table",
];

#[test]
fn queries_equal_grafanas() {
    for name in ALL {
        let fixture = Fixture::read(name);
        for target in &fixture.targets {
            let executed = &target.executed;
            match fixture.query(target) {
                Query::Instant { expr, time_ms } => {
                    assert_eq!(executed.expr.as_ref(), Some(&expr), "{name} {}", target.ref_id);
                    assert_eq!(time_ms, fixture.window().to_ms, "{name}");
                }
                Query::Range { expr, window, step } => {
                    assert_eq!(executed.expr.as_ref(), Some(&expr), "{name} {}", target.ref_id);
                    let step_ms = executed.step_ms.unwrap();
                    assert_eq!(u128::from(step_ms), step.as_millis(), "{name} {}", target.ref_id);
                    assert_eq!(window, fixture.window().aligned(step), "{name}");
                }
                Query::InfluxQl { query, .. } => {
                    assert_eq!(executed.query.as_ref(), Some(&query), "{name} {}", target.ref_id);
                }
                Query::Traces { .. } => panic!("{name} has no Jaeger query"),
            }
        }
    }
}
