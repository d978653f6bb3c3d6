//! Options of the builder.

use grpc_telemetry::MethodsError;
use grpc_telemetry::go_micro::{Buckets, BuildError, ServerMetrics};

use super::support::{DURATION, builder, page, registered};

#[test]
fn build_requires_methods() {
    let without_methods = ServerMetrics::builder("ping").build();
    assert!(matches!(without_methods, Err(BuildError::Methods(MethodsError::NoMethods))));
    let invalid_set = ServerMetrics::builder("ping").file_descriptor_set(b"\xff").build();
    assert!(matches!(invalid_set, Err(BuildError::Methods(MethodsError::Descriptor(_)))));
}

#[test]
fn build_rejects_invalid_buckets() {
    assert!(matches!(builder().buckets(Buckets::new([2.0, 1.0])).build(), Err(BuildError::Buckets(_))));
}

#[test]
fn buckets_are_configurable() {
    let (_, registry) = registered(builder().buckets(Buckets::new([0.5, 3.0])));
    let labels = [("method", "TestService.Ping")];
    let page = page(&registry);
    let bounds: Vec<_> = page
        .matching(&format!("{DURATION}_bucket"), &labels)
        .map(|sample| sample.labels.get("le").expect("a bound").to_owned())
        .collect();
    assert_eq!(bounds, ["+Inf", "0.5", "3"]);
}
