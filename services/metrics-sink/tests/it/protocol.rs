//! The services of the gRPC port, and its responses to other requests.

use testkit::grpc::raw::{RawCall, request};
use tonic::Code;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::Sink;
use crate::support::client::{EnvoyStream, V2, V3};
use crate::support::messages::{first, gauge};

#[tokio::test]
async fn grpc_health_reports_serving() {
    let sink = Sink::start(&[]).await;
    let channel = Endpoint::from_shared(format!("http://{}", sink.grpc())).unwrap().connect().await.unwrap();
    let service = "envoy.service.metrics.v3.MetricsService".to_owned();
    let response = HealthClient::new(channel).check(HealthCheckRequest { service }).await.unwrap();
    assert_eq!(response.into_inner().status(), ServingStatus::Serving);
    sink.stop().await;
}

#[tokio::test]
async fn serves_the_v2_method() {
    let sink = Sink::start(&[]).await;
    let stream = EnvoyStream::open_at(sink.grpc(), V2).await;
    stream.send(&first("old", vec![gauge("server.live", &[], 1.0)])).await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_server_live", &[("instance", "old")]), 1.0);
    stream.finish().await.unwrap();
}

#[tokio::test]
async fn an_unknown_method_is_rejected_with_the_methods_served() {
    let sink = Sink::start(&[]).await;
    let path = "/envoy.service.metrics.v4.MetricsService/StreamMetrics";
    let stream = EnvoyStream::open_at(sink.grpc(), path).await;
    stream.send(&first("e", vec![])).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains(path) && status.message().contains(V3), "{status}");
    assert_eq!(sink.refused("protocol").await, 1.0);
}

#[tokio::test]
async fn http1_is_rejected_with_the_setting_for_http2() {
    let sink = Sink::start(&[]).await;
    let request = reqwest::Client::new().post(format!("http://{}{V3}", sink.grpc()));
    let response = request.header("content-type", "application/grpc").send().await.unwrap();
    assert_eq!(response.status(), 505);
    assert!(response.text().await.unwrap().contains("http2_protocol_options"));
    assert_eq!(sink.refused("protocol").await, 1.0);
}

#[tokio::test]
async fn compressed_messages_are_rejected() {
    let sink = Sink::start(&[]).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let request = client.post(format!("http://{}{V3}", sink.grpc()));
    let response = request
        .header("content-type", "application/grpc")
        .header("grpc-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["grpc-status"], "12");
    assert_eq!(response.headers()["grpc-accept-encoding"], "identity");
}

#[tokio::test]
async fn a_request_that_is_not_grpc_is_rejected_and_counted() {
    let sink = Sink::start(&[]).await;
    let content_types = ["application/grpcfoo", "application/grpc-web+proto", "application/json"];
    for content_type in content_types {
        let builder = http::Request::post(format!("http://{}{V3}", sink.grpc()));
        let call = RawCall::open(sink.grpc(), builder.header("content-type", content_type)).await;
        let response = call.end().await.unwrap();
        assert_eq!(response.status, 415, "{content_type}");
        assert_eq!(response.header("grpc-status"), Some("3"), "{content_type}");
    }
    assert_eq!(sink.refused("protocol").await, content_types.len() as f64);
    let scrape = sink.self_metrics().await;
    let refused = scrape.value("grpc_server_refused_total", &[("reason", "content_type")]);
    assert_eq!(refused, content_types.len() as f64);
    assert_eq!(scrape.value("metrics_sink_streams_total", &[]), 0.0);
}

/// The code is that of the specification and of grpc-go.
#[tokio::test]
async fn messages_with_an_invalid_flag_end_the_stream_as_internal() {
    let sink = Sink::start(&[]).await;
    for flag in [1, 2, 255] {
        let mut call = RawCall::open(sink.grpc(), request(sink.grpc(), V3)).await;
        call.send(&[flag, 0, 0, 0, 0]);
        let response = call.end().await.unwrap();
        assert_eq!(response.header("grpc-status"), Some("13"), "{flag}");
    }
    assert_eq!(sink.refused("protocol").await, 3.0);
}
