//! Names, labels, buckets and consistency of a scrape.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use grpc_telemetry::MethodsError;
use grpc_telemetry::prometheus::{Buckets, BuildError, ClientMetrics, ServerMetrics};
use http::{Request, Response};
use prometheus::Registry;
use prometheus::core::Collector;
use tower::{Layer, Service, service_fn};

use super::scrape::{self, Page};
use super::support::{client_builder, server_builder};
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;
use testkit::grpc::script::{Script, status_headers};

fn page(metrics: impl Collector + 'static) -> String {
    let registry = Registry::new();
    registry.register(Box::new(metrics)).expect("metrics register");
    scrape::text(&registry)
}

#[test]
fn names_and_help_texts_match_go() {
    let server = page(server_builder().build().expect("metrics"));
    let client = page(client_builder().message_histograms(Buckets::default()).build().expect("metrics"));
    for (page, lines) in [
        (
            server,
            &[
                "# HELP grpc_server_started_total Total number of RPCs started on the server.\n# TYPE grpc_server_started_total counter",
                "# HELP grpc_server_handled_total Total number of RPCs completed on the server, regardless of success or failure.\n# TYPE grpc_server_handled_total counter",
                "# HELP grpc_server_msg_received_total Total number of RPC stream messages received on the server.\n# TYPE grpc_server_msg_received_total counter",
                "# HELP grpc_server_msg_sent_total Total number of gRPC stream messages sent by the server.\n# TYPE grpc_server_msg_sent_total counter",
                "# HELP grpc_server_handling_seconds Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.\n# TYPE grpc_server_handling_seconds histogram",
            ][..],
        ),
        (
            client,
            &[
                "# HELP grpc_client_started_total Total number of RPCs started on the client.\n# TYPE grpc_client_started_total counter",
                "# HELP grpc_client_handled_total Total number of RPCs completed by the client, regardless of success or failure.\n# TYPE grpc_client_handled_total counter",
                "# HELP grpc_client_msg_received_total Total number of RPC stream messages received by the client.\n# TYPE grpc_client_msg_received_total counter",
                "# HELP grpc_client_msg_sent_total Total number of gRPC stream messages sent by the client.\n# TYPE grpc_client_msg_sent_total counter",
                "# HELP grpc_client_handling_seconds Histogram of response latency (seconds) of the gRPC until it is finished by the application.\n# TYPE grpc_client_handling_seconds histogram",
                "# HELP grpc_client_msg_recv_handling_seconds Histogram of response latency (seconds) of the gRPC single message receive.\n# TYPE grpc_client_msg_recv_handling_seconds histogram",
                "# HELP grpc_client_msg_send_handling_seconds Histogram of response latency (seconds) of the gRPC single message send.\n# TYPE grpc_client_msg_send_handling_seconds histogram",
            ],
        ),
    ] {
        for line in lines {
            assert!(page.contains(line), "missing: {line}");
        }
        assert_eq!(page.matches("# HELP").count(), lines.len());
    }
}

#[test]
fn declared_methods_start_at_zero() {
    let page = page(server_builder().build().expect("metrics"));
    for (method, grpc_type) in [
        ("PingEmpty", "unary"),
        ("PingClientStream", "client_stream"),
        ("PingList", "server_stream"),
        ("PingStream", "bidi_stream"),
    ] {
        let labels =
            format!("grpc_method=\"{method}\",grpc_service=\"testpb.TestService\",grpc_type=\"{grpc_type}\"");
        assert!(page.contains(&format!("grpc_server_started_total{{{labels}}} 0\n")), "{method}");
        assert_eq!(page.matches(&format!(",{labels}}} 0\n")).count(), 17, "codes of {method}");
    }
    assert!(page.lines().all(|line| line.starts_with('#') || line.ends_with(" 0")));
}

#[test]
fn histograms_are_disabled_by_default() {
    let server = ServerMetrics::builder().file_descriptor_set(FILE_DESCRIPTOR_SET).build().expect("metrics");
    let client = ClientMetrics::builder().file_descriptor_set(FILE_DESCRIPTOR_SET).build().expect("metrics");
    assert!(!page(server).contains("histogram"));
    assert!(!page(client).contains("histogram"));
}

#[test]
fn default_buckets_match_go() {
    let page = page(server_builder().build().expect("metrics"));
    let bounds: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("grpc_server_handling_seconds_bucket{grpc_method=\"PingEmpty\""))
        .filter_map(|line| line.split("le=\"").nth(1)?.split('"').next())
        .collect();
    let expected = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
    assert_eq!(bounds, expected);
}

#[test]
fn registry_adds_prefix_and_labels() {
    let labels = HashMap::from([("zone".to_owned(), "a".to_owned())]);
    let registry = Registry::new_custom(Some("shop".to_owned()), Some(labels)).expect("a registry");
    let metrics = server_builder().build().expect("metrics");
    registry.register(Box::new(metrics.clone())).expect("metrics register");
    let labels = [("zone", "a"), ("grpc_method", "Ping")];
    assert_eq!(scrape::value(&registry, "shop_grpc_server_started_total", &labels), Some(0.0));
    registry.unregister(Box::new(metrics)).expect("metrics unregister");
    assert_eq!(scrape::text(&registry), "");
}

#[test]
fn constant_labels_distinguish_clients() {
    let registry = Registry::new();
    for name in ["orders", "users"] {
        let metrics = client_builder().const_label("upstream", name).build().expect("metrics");
        registry.register(Box::new(metrics)).expect("metrics register");
    }
    for name in ["orders", "users"] {
        let labels = [("upstream", name), ("grpc_method", "Ping")];
        assert_eq!(scrape::value(&registry, "grpc_client_started_total", &labels), Some(0.0));
    }
    let again = client_builder().const_label("upstream", "users").build().expect("metrics");
    registry.register(Box::new(again)).expect_err("registered already");
}

#[test]
fn build_rejects_invalid_options() {
    let bad_name = server_builder().namespace("not a name").build();
    assert!(matches!(bad_name, Err(BuildError::Name(_))));
    for taken in ["le", "grpc_type", "grpc_code"] {
        let const_label = server_builder().const_label(taken, "mine").build();
        assert!(matches!(const_label, Err(BuildError::DuplicateLabel(name)) if name == taken));
    }
    let bad_labels = [
        server_builder().const_label("not a label", "x").build(),
        server_builder().context_label("0th", ["x"], |_| None).build(),
    ];
    assert!(bad_labels.iter().all(|built| matches!(built, Err(BuildError::Name(_)))));
    let twice = server_builder().const_label("tenant", "a").context_label("tenant", ["b"], |_| None).build();
    assert!(matches!(twice, Err(BuildError::DuplicateLabel(name)) if name == "tenant"));
    let backwards = server_builder().handling_histogram(Buckets::new([2.0, 1.0])).build();
    assert!(matches!(backwards, Err(BuildError::Buckets(_))));
    assert!(matches!(ServerMetrics::builder().build(), Err(BuildError::Methods(MethodsError::NoMethods))));
}

#[test]
fn scrapes_are_consistent_and_monotonic() {
    let metrics = server_builder().build().expect("metrics");
    let registry = Registry::new();
    registry.register(Box::new(metrics.clone())).expect("metrics register");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut server = metrics.layer().layer(service_fn(|_: Request<_>| {
                    let mut response = Response::new(Script::new([]));
                    *response.headers_mut() = status_headers(Some(0));
                    ready(Ok::<_, Infallible>(response))
                }));
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
                while !stop.load(Ordering::Relaxed) {
                    let request = Request::post("/testpb.TestService/Ping");
                    let call = server.call(request.body(Script::new([])).expect("a request"));
                    runtime.block_on(call).expect("a response");
                }
            });
        }
        let mut last = 0.0;
        for _ in 0..500 {
            let page = Page::of(&registry);
            let started = page.sum("grpc_server_started_total", &[]);
            let handled = page.sum("grpc_server_handled_total", &[]);
            let timed = page.sum("grpc_server_handling_seconds", &[]);
            assert!(handled <= started, "{handled} handled of {started}");
            assert_eq!(handled, timed, "the histogram contains exactly the calls that are handled");
            assert!(last <= handled, "{handled} after {last}");
            last = handled;
            for method in ["Ping", "PingEmpty"] {
                let buckets = page.values("grpc_server_handling_seconds_bucket", &[("grpc_method", method)]);
                let count = page.values("grpc_server_handling_seconds", &[("grpc_method", method)]);
                assert!(buckets.is_sorted(), "{buckets:?}");
                assert_eq!(buckets.last(), count.first(), "the last bucket contains all");
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert!(last > 0.0, "no call was counted");
    });
}
