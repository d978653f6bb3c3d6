//! Names, help texts and labels match go-micro's wrapper, and declared methods start at zero.

use grpc_telemetry::go_micro::{Naming, ServerMetrics};
use prometheus::{IntGauge, Registry};
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;

use super::support::{builder, page, registered, text};

/// The lines of the exposition that are comments or samples of one method.
fn lines(registry: &Registry) -> String {
    let page = text(registry);
    let shown =
        page.lines().filter(|line| line.starts_with('#') || line.contains("\"TestService.PingEmpty\""));
    shown.map(|line| format!("{line}\n")).collect()
}

#[test]
fn names_match_version_of_2019() {
    let (_, registry) = registered(builder());
    assert_eq!(lines(&registry), include_str!("pages/v2019.txt"));
}

#[test]
fn names_match_version_of_2020() {
    let (_, registry) = registered(builder().naming(Naming::V2020));
    assert_eq!(lines(&registry), include_str!("pages/v2020.txt"));
}

#[test]
fn empty_labels_are_left_out() {
    let (_, registry) = registered(ServerMetrics::builder("ping").file_descriptor_set(FILE_DESCRIPTOR_SET));
    let page = page(&registry);
    let labels: Vec<_> = page.series("micro_request_total")[0].labels.iter().collect();
    assert_eq!(labels, [("method", "TestService.Ping"), ("micro_name", "ping"), ("status", "fail")]);
}

#[test]
fn registry_can_add_constant_labels() {
    let registry = grpc_telemetry::go_micro::registry("ping", "ping-1", "1.0").expect("a registry");
    let metrics =
        ServerMetrics::unlabelled().file_descriptor_set(FILE_DESCRIPTOR_SET).build().expect("metrics");
    registry.register(Box::new(metrics)).expect("metrics register");
    registry
        .register(Box::new(IntGauge::new("other", "Another metric.").expect("a gauge")))
        .expect("it registers");
    let labels = [("micro_id", "ping-1"), ("micro_name", "ping"), ("micro_version", "1.0")];
    assert_eq!(page(&registry).value("other", &labels), Some(0.0));

    let (_, labelled) = registered(builder());
    let without =
        |registry| page(registry).families().filter(|family| family.name() != "other").cloned().collect();
    let (shared, own): (Vec<_>, Vec<_>) = (without(&registry), without(&labelled));
    assert_eq!(shared, own);
}
