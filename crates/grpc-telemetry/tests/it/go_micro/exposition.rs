//! The page: names, help texts and labels as go-micro's wrapper has them, each declared method at zero.

use grpc_telemetry::go_micro::{Naming, ServerMetrics};
use prometheus::{IntGauge, Registry};
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;

use super::support::{builder, page, registered, text};

/// What the page says of all methods, and of one that takes the first place.
fn lines(registry: &Registry) -> String {
    let page = text(registry);
    let shown =
        page.lines().filter(|line| line.starts_with('#') || line.contains("\"TestService.PingEmpty\""));
    shown.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_tutorials_names() {
    let (_, registry) = registered(builder());
    assert_eq!(lines(&registry), include_str!("pages/tutorial.txt"));
}

#[test]
fn the_later_names() {
    let (_, registry) = registered(builder().naming(Naming::V2020));
    assert_eq!(lines(&registry), include_str!("pages/later.txt"));
}

#[test]
fn labels_that_are_not_given_are_left_out() {
    let (_, registry) = registered(ServerMetrics::builder("ping").file_descriptor_set(FILE_DESCRIPTOR_SET));
    let page = page(&registry);
    let labels: Vec<_> = page.series("micro_request_total")[0].labels.iter().collect();
    assert_eq!(labels, [("method", "TestService.Ping"), ("micro_name", "ping"), ("status", "fail")]);
}

#[test]
fn a_registry_can_have_the_constant_labels_instead() {
    let registry = grpc_telemetry::go_micro::registry("ping", "ping-1", "1.0").expect("a registry");
    let metrics =
        ServerMetrics::unlabelled().file_descriptor_set(FILE_DESCRIPTOR_SET).build().expect("metrics");
    registry.register(Box::new(metrics)).expect("metrics register");
    registry.register(Box::new(IntGauge::new("other", "Not ours.").expect("a gauge"))).expect("it registers");
    let labels = [("micro_id", "ping-1"), ("micro_name", "ping"), ("micro_version", "1.0")];
    assert_eq!(page(&registry).value("other", &labels), Some(0.0));

    let (_, labelled) = registered(builder());
    let without =
        |registry| page(registry).families().filter(|family| family.name() != "other").cloned().collect();
    let (shared, own): (Vec<_>, Vec<_>) = (without(&registry), without(&labelled));
    assert_eq!(shared, own);
}
