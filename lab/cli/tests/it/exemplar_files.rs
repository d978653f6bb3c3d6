//! Exemplars in the configuration: Prometheus stores them, panels show them, and Grafana links them to the traces.

use std::fs;

use catalog::Tutorial;
use serde_json::Value;

use crate::support::{data_source_uids, data_sources, list, root, text, yaml};

/// The histograms whose services keep exemplars.
const HISTOGRAMS: [&str; 4] = [
    "http_server_request_duration_seconds_bucket",
    "grpc_client_handling_seconds_bucket",
    "grpc_server_handling_seconds_bucket",
    "micro_request_duration_seconds_bucket",
];

/// The panels and targets with exemplars of all dashboards.
fn targets() -> Vec<(Value, Value)> {
    let mut all = Vec::new();
    for tutorial in Tutorial::ALL {
        for file in fs::read_dir(root().join("grafana/dashboards").join(tutorial.name())).expect("the files")
        {
            let board = fs::read(file.expect("a file").path()).expect("its text");
            let board: Value = serde_json::from_slice(&board).expect("JSON");
            let panels = list(&board["panels"])
                .iter()
                .flat_map(|row| std::iter::once(row).chain(list(&row["panels"])));
            for panel in panels {
                let targets = list(&panel["targets"]).iter().filter(|target| target["exemplar"] == true);
                all.extend(targets.map(|target| (panel.clone(), target.clone())));
            }
        }
    }
    all
}

#[test]
fn prometheus_stores_exemplars() {
    let compose = yaml(&root().join("compose.yaml"));
    let arguments: Vec<&str> = list(&compose["services"]["prometheus"]["command"]).iter().map(text).collect();
    assert!(arguments.contains(&"--enable-feature=exemplar-storage"), "{arguments:?}");
}

#[test]
fn each_histogram_with_exemplars_has_a_time_series_that_shows_them() {
    let targets = targets();
    for (panel, target) in &targets {
        let expr = text(&target["expr"]);
        assert_eq!((&panel["type"], &target["range"]), (&"timeseries".into(), &true.into()), "{expr}");
        assert!(HISTOGRAMS.iter().any(|name| expr.contains(name)), "no exemplars in {expr}");
    }
    for histogram in HISTOGRAMS {
        assert!(targets.iter().any(|(_, target)| text(&target["expr"]).contains(histogram)), "{histogram}");
    }
}

#[test]
fn grafana_links_trace_ids_to_a_data_source() {
    let sources = data_sources();
    let prometheus = sources.iter().find(|source| source["uid"] == "prometheus").expect("the data source");
    let [link] = list(&prometheus["jsonData"]["exemplarTraceIdDestinations"]) else { panic!("{prometheus}") };
    assert_eq!(link["name"], "trace_id");
    assert!(data_source_uids().contains(text(&link["datasourceUid"])), "{link}");
}
