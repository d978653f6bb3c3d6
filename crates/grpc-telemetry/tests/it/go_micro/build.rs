//! What a builder refuses, and what it makes.

use grpc_telemetry::MethodsError;
use grpc_telemetry::go_micro::{Buckets, BuildError, ServerMetrics};

use super::support::{DURATION, builder, page, registered};

#[test]
fn methods_must_be_declared() {
    let none = ServerMetrics::builder("ping").build();
    assert!(matches!(none, Err(BuildError::Methods(MethodsError::NoMethods))));
    let no_set = ServerMetrics::builder("ping").file_descriptor_set(b"\xff").build();
    assert!(matches!(no_set, Err(BuildError::Methods(MethodsError::Descriptor(_)))));
}

#[test]
fn bounds_must_be_buckets() {
    assert!(matches!(builder().buckets(Buckets::new([2.0, 1.0])).build(), Err(BuildError::Buckets(_))));
}

#[test]
fn buckets_can_be_chosen() {
    let (_, registry) = registered(builder().buckets(Buckets::new([0.5, 3.0])));
    let labels = [("method", "TestService.Ping")];
    let page = page(&registry);
    let bounds: Vec<_> = page
        .matching(&format!("{DURATION}_bucket"), &labels)
        .map(|sample| sample.labels.get("le").expect("a bound").to_owned())
        .collect();
    assert_eq!(bounds, ["+Inf", "0.5", "3"]);
}
