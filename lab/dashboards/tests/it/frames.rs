//! Frames equal those that Grafana made from the same responses: names, labels, times and values.

use dashboards::{
    frame::{Field, Frame, Values, display_name, frames},
    view::{Cell, View},
};

use crate::support::{Fixture, GrafanaFrame};

/// Name, labels, times and values of a series.
type SeriesData<'a> = (String, &'a dashboards::response::Labels, Vec<Option<i64>>, Vec<Option<f64>>);

fn our_frames(fixture: &Fixture) -> Vec<Frame> {
    fixture.with_responses(|responses| frames(responses, &fixture.variables())).unwrap()
}

fn grafana_frames(fixture: &Fixture) -> impl Iterator<Item = &GrafanaFrame> {
    fixture.targets.iter().flat_map(|target| &target.frames)
}

#[test]
fn series_equal_grafanas() {
    for (name, count) in [
        ("series_legend_of_labels", 5),
        ("series_fixed_legends", 3),
        ("series_without_legend", 6),
        ("stat_over_range", 1),
        ("stat_instant", 1),
        ("states", 2),
        ("influx_alias_of_tag", 2),
        ("influx_fixed_alias", 3),
        ("influx_without_alias", 6),
    ] {
        let fixture = Fixture::read(name);
        let ours = our_frames(&fixture);
        let drawn: Vec<SeriesData<'_>> = ours
            .iter()
            .map(|frame| {
                let value = &frame.fields[1];
                let shown = value.shown.clone().unwrap_or_default();
                (shown, &value.labels, frame.times().unwrap().to_vec(), value.numbers().unwrap().to_vec())
            })
            .collect();
        let theirs: Vec<SeriesData<'_>> = grafana_frames(&fixture)
            .map(|frame| {
                let [time, value] = frame.fields.as_slice() else { panic!("{name}") };
                assert!(time.name.eq_ignore_ascii_case("time") && value.name.eq_ignore_ascii_case("value"));
                (value.shown.clone().unwrap_or_default(), &value.labels, time.times(), value.numbers())
            })
            .collect();
        assert_eq!(theirs.len(), count, "{name}");
        assert_eq!(drawn, theirs, "{name}");
    }
}

#[test]
fn a_current_value_equals_grafanas_except_for_its_time() {
    let fixture = Fixture::read("influx_without_groups");
    let frames = our_frames(&fixture);
    let [ours] = frames.as_slice() else { panic!("one series") };
    let theirs: Vec<&GrafanaFrame> = grafana_frames(&fixture).collect();
    assert_eq!(theirs.len(), 1);
    let (ours, theirs) = (&ours.fields[1], &theirs[0].fields[1]);
    assert_eq!((&ours.shown, ours.numbers().unwrap()), (&theirs.shown, &*theirs.numbers()));
}

#[test]
fn names_a_series_without_legend_by_its_distinguishing_label() {
    let all = our_frames(&Fixture::read("series_without_legend"));
    let unnamed = all.iter().find(|frame| frame.fields[1].shown.is_none()).unwrap();
    assert_eq!(display_name(&unnamed.fields[1], unnamed, std::slice::from_ref(unnamed)), "echo-server");
}

#[test]
fn a_table_has_a_row_for_each_series_and_a_column_for_each_label() {
    for name in ["table_instant", "table_with_an_empty_answer"] {
        let fixture = Fixture::read(name);
        for (frame, target) in our_frames(&fixture).iter().zip(&fixture.targets) {
            assert_eq!(frame.rows(), target.frames.len(), "{name} {}", target.ref_id);
            let value = frame.fields.last().unwrap();
            assert_eq!(value.name, format!("Value #{}", target.ref_id), "{name}");
            let labels = &frame.fields[1..frame.fields.len() - 1];
            for theirs in &target.frames {
                let [time, number] = theirs.fields.as_slice() else { panic!("{name}") };
                assert!(labels.iter().map(|field| &field.name).eq(number.labels.keys()), "{name}");
                // Prometheus returns instant vectors in arbitrary order.
                let has =
                    |row: &usize| labels.iter().all(|field| text(field, *row) == number.labels[&field.name]);
                let row = (0..frame.rows()).find(has).unwrap();
                assert_eq!(frame.times().unwrap()[row], time.times()[0], "{name}");
                let (ours, theirs) = (value.numbers().unwrap()[row].unwrap(), number.numbers()[0].unwrap());
                // NaN equals NaN here.
                assert!(ours == theirs || (ours.is_nan() && theirs.is_nan()), "{name}: {ours} {theirs}");
            }
        }
    }
}

fn text(field: &Field, row: usize) -> &str {
    match &field.values {
        Values::Texts(texts) => texts[row].as_deref().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_influxdb_table_has_a_column_for_each_tag_and_value() {
    let fixture = Fixture::read("influx_table");
    let Ok(View::Table(table)) = fixture.view() else { panic!("a table") };
    let names: Vec<&str> = table.columns.iter().map(|column| column.config.name.as_str()).collect();
    assert_eq!(names, ["Time", "host", "half", "max"]);
    for frame in grafana_frames(&fixture) {
        let [time, value] = frame.fields.as_slice() else { panic!("a series") };
        let column = if value.shown.as_ref().unwrap().contains(".half ") { 2 } else { 3 };
        for (time, number) in time.times().into_iter().zip(value.numbers()) {
            let host = Cell::Text(value.labels["host"].clone());
            let row = table.rows.iter().find(|row| row[0] == Cell::Time(time.unwrap()) && row[1] == host);
            assert_eq!(row.unwrap()[column], Cell::Number(number.unwrap()));
        }
    }
}

#[test]
fn heat_map_buckets_add_up_to_grafanas_cumulative_buckets() {
    let fixture = Fixture::read("heatmap");
    let ours = our_frames(&fixture);
    let [map] = ours.as_slice() else { panic!("one histogram") };
    assert_eq!(map.fields.len(), 1 + grafana_frames(&fixture).count());
    let bound = |le: &str| le.parse::<f64>().unwrap();
    let bounds: Vec<f64> = map.fields[1..].iter().map(|field| bound(&field.name)).collect();
    assert!(bounds.windows(2).all(|pair| pair[0] < pair[1]), "{bounds:?}");
    for frame in grafana_frames(&fixture) {
        let [time, value] = frame.fields.as_slice() else { panic!("a series") };
        assert_eq!(map.times().unwrap(), time.times());
        let up_to = bounds.iter().filter(|own| **own <= bound(&value.labels["le"])).count();
        for (at, cumulative) in value.numbers().into_iter().enumerate() {
            let buckets = map.fields[1..=up_to].iter();
            let sum: f64 = buckets.map(|field| field.numbers().unwrap()[at].unwrap()).sum();
            let cumulative = cumulative.unwrap();
            assert!((sum - cumulative).abs() <= 1e-9 * cumulative.max(1.0), "{sum} {cumulative}");
        }
    }
}
