//! Views of each panel type.

use dashboards::view::{Cell, View};
use serde_json::json;

use crate::support::Fixture;

#[test]
fn series_have_common_times_and_the_panels_configuration() {
    let mut fixture = Fixture::read("series_legend_of_labels");
    fixture.panel.options = json!({"legend": {"calcs": ["lastNotNull", "max", "count"]}});
    fixture.panel.field_config = serde_json::from_value(json!({
        "defaults": {"unit": "reqps", "custom": {"lineWidth": 2}, "links": [
            {"title": "Traces of ${__field.labels.job}", "url": "http://h/search?service=${__field.labels.job}&start=${__from}000"}]},
        "overrides": [{"matcher": {"id": "byRegexp", "options": "/UnaryEcho|Echo/"}, "properties": [
            {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 4]}},
            {"id": "color", "value": {"mode": "fixed", "fixedColor": "red"}}]}]}))
    .unwrap();
    let Ok(View::Series(set)) = fixture.view() else { panic!("series") };
    assert_eq!(set.step_ms, 2000);
    assert!(set.times.windows(2).all(|pair| pair[1] - pair[0] == 2000), "{:?}", set.times);
    assert_eq!(set.series.len(), 5);
    for series in &set.series {
        assert_eq!(series.values.len(), set.times.len());
        let json = serde_json::to_value(series).unwrap();
        assert_eq!(json["config"]["unit"]["suffix"], " req/s");
        assert_eq!(json["config"]["custom"]["line_width"], 2.0);
        let present: Vec<f64> = series.values.iter().copied().flatten().collect();
        assert_eq!(json["calcs"]["lastNotNull"], json!(present.last()));
        assert_eq!(json["calcs"]["max"], json!(present.iter().copied().reduce(f64::max)));
        assert_eq!(json["calcs"]["count"], json!(present.len() as f64));
        let (job, from) = (&series.labels["job"], fixture.window().from_ms);
        assert_eq!(json["config"]["links"][0]["title"], format!("Traces of {job}"));
        assert_eq!(
            json["config"]["links"][0]["url"],
            format!("http://h/search?service={job}&start={from}000")
        );
        let is_echo = series.config.name.contains("Echo");
        assert_eq!(json["config"]["custom"]["dash"], if is_echo { json!([8.0, 4.0]) } else { json!(null) });
        assert_eq!(json["config"]["color"]["mode"], if is_echo { "fixed" } else { "palette" });
    }
}

#[test]
fn a_stat_has_one_value_with_a_sparkline() {
    let mut fixture = Fixture::read("stat_over_range");
    fixture.panel.options = json!({"graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}});
    let Ok(View::Values { values }) = fixture.view() else { panic!("values") };
    let [value] = values.as_slice() else { panic!("one value") };
    let spark = value.spark.as_ref().unwrap();
    assert_eq!(spark.values.last().copied().flatten(), value.value);
    assert_eq!(spark.values.len(), spark.times.len());
}

#[test]
fn a_stat_without_data_has_one_empty_value() {
    let mut fixture = Fixture::read("stat_over_range");
    fixture.panel.field_config =
        serde_json::from_value(json!({"defaults": {"noValue": "no calls"}})).unwrap();
    let view = dashboards::view::view(
        &fixture.panel,
        &[],
        dashboards::interpolate::Scope { variables: &[], window: fixture.window() },
    );
    let Ok(View::Values { values }) = view else { panic!("values") };
    assert_eq!((values.len(), values[0].value), (1, None));
    assert_eq!(values[0].config.no_value.as_deref(), Some("no calls"));
}

#[test]
fn a_merged_table_has_a_row_for_each_method() {
    let fixture = Fixture::read("table_instant");
    let Ok(View::Table(table)) = fixture.view() else { panic!("a table") };
    let names: Vec<&str> = table.columns.iter().map(|column| column.config.name.as_str()).collect();
    assert_eq!(names, ["Job", "Service", "Method", "Rate", "Errors", "p50", "p95", "p99", "Calls so far"]);
    assert_eq!(table.rows.len(), fixture.targets[0].frames.len());
    for frame in &fixture.targets[0].frames {
        let value = &frame.fields[1];
        let word = |label: &str| Cell::Text(value.labels[label].clone());
        let key = [word("job"), word("grpc_service"), word("grpc_method")];
        let row = table.rows.iter().find(|row| row[..3] == key).unwrap();
        assert_eq!(row[3], Cell::Number(value.numbers()[0].unwrap()));
    }
}

#[test]
fn a_heat_map_has_bounds_and_hides_filtered_cells() {
    let mut fixture = Fixture::read("heatmap");
    fixture.panel.options = json!({"filterValues": {"le": 1e-9}, "cellValues": {"unit": "reqps"}});
    let Ok(View::HeatMap(map)) = fixture.view() else { panic!("a heat map") };
    assert_eq!((map.buckets[0].from, map.buckets.last().unwrap().to), (None, None));
    assert!(map.buckets.windows(2).all(|pair| pair[0].to == pair[1].from));
    assert_eq!(map.config.unit.suffix, " req/s");
    let cells: Vec<f64> = map.cells.iter().flatten().copied().flatten().collect();
    assert!(!cells.is_empty() && cells.iter().all(|cell| *cell > 1e-9));
    assert!(map.cells.iter().all(|bucket| bucket.len() == map.times.len()));
}

#[test]
fn series_with_a_larger_step_stay_connected() {
    let mut fixture = Fixture::read("influx_alias_of_tag");
    let mut coarse = fixture.panel.targets[0].clone();
    coarse.ref_id = "B".into();
    coarse.query = coarse.query.replace("$__interval", "10s");
    let mut second = Fixture::read("influx_alias_of_tag").targets.remove(0);
    second.ref_id = "B".into();
    fixture.panel.targets.push(coarse);
    fixture.targets.push(second);
    let Ok(View::Series(set)) = fixture.view() else { panic!("series") };
    let spans: Vec<_> =
        set.series.iter().map(|one| serde_json::to_value(one.config.custom.span_nulls).unwrap()).collect();
    assert_eq!(
        (set.step_ms, spans),
        (5000, vec![json!(false), json!(false), json!(10_000.0), json!(10_000.0)])
    );
}

#[test]
fn rejects_data_that_the_panel_cannot_show() {
    let mut fixture = Fixture::read("table_instant");
    fixture.panel.transformations.clear();
    assert!(fixture.view().unwrap_err().0.contains("6 frames"));
    let mut fixture = Fixture::read("stat_over_range");
    fixture.panel.kind = "heatmap".into();
    assert!(fixture.view().unwrap_err().0.contains("no bucket bounds"));
    fixture.panel.kind = "canvas".into();
    assert!(fixture.view().unwrap_err().0.contains("canvas"));
}
