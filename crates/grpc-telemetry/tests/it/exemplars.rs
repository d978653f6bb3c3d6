//! Exemplars: which calls leave one, with the span that a tracer records of the same call.

use std::convert::Infallible;
use std::future::ready;
use std::time::SystemTime;

use ::prometheus::Registry;
use ::prometheus::core::Collector;
use ::prometheus::proto::LabelPair;
use grpc_telemetry::trace::Tracer;
use grpc_telemetry::{Exemplar, Observer, RequestBody, SampledSpan, ServerLayer, go_micro, prometheus};
use http::{Request, Response};
use http_body_util::BodyExt;
use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;
use testkit::grpc::ping::{FILE_DESCRIPTOR_SET, TestServiceClient, well};
use testkit::grpc::script::{Script, Step, frame};
use tower::{Layer, ServiceExt, service_fn};

use super::go_micro::support::builder as go_micro_builder;
use super::prometheus::support::{Fixture, client_builder, server_builder};
use super::support::Spans;

const PING: &str = "/testpb.TestService/Ping";
const SERVER: &str = "grpc_server_handling_seconds";
const MICRO: &str = "micro_request_duration_seconds";
const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

fn server_metrics() -> prometheus::ServerMetrics {
    server_builder().exemplars().build().expect("metrics")
}

/// Makes a call with these headers through the layer, and reads its response.
async fn call<O: Observer>(layer: ServerLayer<O>, path: &str, headers: &[(&str, &str)]) {
    let service = service_fn(|_: Request<RequestBody<Script, _>>| {
        ready(Ok::<_, Infallible>(Response::new(Script::new([
            Step::Data(frame(1)),
            Step::Trailers(Some(0)),
        ]))))
    });
    let mut request = Request::post(path).header("content-type", "application/grpc");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Script::new([])).expect("a request");
    let response = layer.layer(service).oneshot(request).await.expect("a response");
    response.into_body().collect().await.expect("a body");
}

/// All exemplars of a family, with the label `label` of their series, read as a page in OpenMetrics reads them.
fn exemplars(
    registry: &Registry,
    family: &str,
    label: &str,
    source: impl Fn(&str, &[LabelPair]) -> Vec<Exemplar>,
) -> Vec<(String, Exemplar)> {
    let families = registry.gather();
    let series =
        families.iter().flat_map(|found| found.get_metric().iter().map(|metric| (found.name(), metric)));
    let mut found = Vec::new();
    for (name, metric) in series {
        for exemplar in source(name, metric.get_label()) {
            assert_eq!(name, family);
            let value = metric.get_label().iter().find(|pair| pair.name() == label).map(LabelPair::value);
            found.push((value.unwrap_or_default().to_owned(), exemplar));
        }
    }
    found
}

fn registry(metrics: impl Collector + 'static) -> Registry {
    let registry = Registry::new();
    registry.register(Box::new(metrics)).expect("registered once");
    registry
}

fn ids(span: &SpanData) -> SampledSpan {
    let context = &span.span_context;
    SampledSpan {
        trace_id: u128::from_be_bytes(context.trace_id().to_bytes()),
        span_id: u64::from_be_bytes(context.span_id().to_bytes()),
    }
}

#[tokio::test]
async fn a_sampled_call_leaves_its_span_and_duration_in_its_series() {
    let spans = Spans::collect();
    let metrics = server_builder()
        .context_label("tenant", ["a", "b"], |head| head.header("tenant"))
        .exemplars()
        .build()
        .expect("metrics");
    let registry = registry(metrics.clone());
    let start = SystemTime::now();
    call(metrics.layer().and(Tracer::new()), PING, &[("tenant", "b")]).await;
    let found = exemplars(&registry, SERVER, "tenant", |family, labels| metrics.exemplars(family, labels));
    let [(tenant, exemplar)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((tenant.as_str(), exemplar.span), ("b", ids(&spans.only())));
    assert!((start..=SystemTime::now()).contains(&exemplar.time));
    // The one call of the histogram.
    let families = registry.gather();
    let family = families.iter().find(|family| family.name() == SERVER).expect("a family");
    let sum: f64 = family.get_metric().iter().map(|metric| metric.get_histogram().get_sample_sum()).sum();
    assert_eq!(exemplar.duration.as_nanos() as f64 / 1e9, sum);
}

#[tokio::test]
async fn paths_outside_the_descriptors_and_each_order_of_the_observers_leave_exemplars() {
    let spans = Spans::collect();
    let metrics = server_metrics();
    let registry = registry(metrics.clone());
    call(ServerLayer::new(Tracer::new()).and(metrics.recorder()), "/no.Such/Method", &[]).await;
    let found =
        exemplars(&registry, SERVER, "grpc_method", |family, labels| metrics.exemplars(family, labels));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].1.span), ("unknown", ids(&spans.only())));
}

#[tokio::test]
async fn go_micro_metrics_keep_exemplars_behind_the_labels_of_a_registry() {
    let spans = Spans::collect();
    for naming in [go_micro::Naming::V2019, go_micro::Naming::V2020] {
        let metrics = go_micro::ServerMetrics::unlabelled()
            .file_descriptor_set(FILE_DESCRIPTOR_SET)
            .naming(naming)
            .exemplars()
            .build()
            .expect("metrics");
        let registry = go_micro::registry("ping", "ping-1", "1.0").expect("a registry");
        registry.register(Box::new(metrics.clone())).expect("registered once");
        call(metrics.layer().and(Tracer::new()), PING, &[]).await;
        let label = if naming == go_micro::Naming::V2019 { "method" } else { "micro_endpoint" };
        let found = exemplars(&registry, MICRO, label, |family, labels| metrics.exemplars(family, labels));
        let [(method, exemplar)] = &found[..] else { panic!("{found:?}") };
        let newest = spans.ended().pop().expect("a span");
        assert_eq!((method.as_str(), exemplar.span), ("TestService.Ping", ids(&newest)));
    }
}

#[tokio::test]
async fn calls_outside_a_sampled_trace_leave_no_exemplar() {
    let metrics = server_metrics();
    let micro = go_micro_builder().exemplars().build().expect("metrics");
    let (registry, micro_registry) = (registry(metrics.clone()), registry(micro.clone()));
    let layer = || metrics.layer().and(micro.recorder()).and(Tracer::new());
    let traceparent = |flags: &str| format!("00-{TRACE_ID}-b7ad6b7169203331-{flags}");
    // Without spans in this process, even if the caller's trace is sampled.
    call(layer(), PING, &[("traceparent", &traceparent("01"))]).await;
    let spans = Spans::collect();
    call(layer(), PING, &[("traceparent", &traceparent("00"))]).await;
    // A health check, which has no span.
    call(layer(), "/grpc.health.v1.Health/Check", &[]).await;
    // Without a tracer.
    call(metrics.layer(), PING, &[]).await;
    let found = exemplars(&registry, SERVER, "", |family, labels| metrics.exemplars(family, labels));
    assert_eq!(found, []);
    let found = exemplars(&micro_registry, MICRO, "", |family, labels| micro.exemplars(family, labels));
    assert_eq!(found, []);
    assert_eq!(spans.ended().len(), 0);
}

#[tokio::test]
async fn exemplars_are_opt_in_and_need_the_histogram() {
    let _spans = Spans::collect();
    let disabled = server_builder().build().expect("metrics");
    let without_histogram =
        prometheus::ServerMetrics::builder().file_descriptor_set(FILE_DESCRIPTOR_SET).exemplars();
    for metrics in [disabled, without_histogram.build().expect("metrics")] {
        let registry = registry(metrics.clone());
        call(metrics.layer().and(Tracer::new()), PING, &[]).await;
        let found = exemplars(&registry, SERVER, "", |family, labels| metrics.exemplars(family, labels));
        assert_eq!(found, []);
    }
    let micro = go_micro_builder().build().expect("metrics");
    let registry = registry(micro.clone());
    call(micro.layer().and(Tracer::new()), PING, &[]).await;
    assert_eq!(exemplars(&registry, MICRO, "", |family, labels| micro.exemplars(family, labels)), []);
}

#[tokio::test]
async fn a_clients_exemplar_is_the_span_whose_trace_the_server_joins() {
    let spans = Spans::collect();
    let fixture = Fixture::start().await;
    let metrics = client_builder().exemplars().build().expect("metrics");
    let registry = registry(metrics.clone());
    let traced = metrics.layer().and(Tracer::new()).layer(fixture.channel());
    TestServiceClient::new(traced).ping(well()).await.expect("a response");
    let family = "grpc_client_handling_seconds";
    let found =
        exemplars(&registry, family, "grpc_method", |family, labels| metrics.exemplars(family, labels));
    let [(method, exemplar)] = &found[..] else { panic!("{found:?}") };
    let span = spans.only();
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!((method.as_str(), exemplar.span), ("Ping", ids(&span)));
}
