//! An Envoy that is set up wrongly is told so.

use tonic::Code;

use crate::support::Sink;
use crate::support::client::{EnvoyStream, V3};
use crate::support::messages::first;

#[tokio::test]
async fn an_envoy_of_another_protocol_version_is_told_what_is_served() {
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
async fn an_envoy_without_http2_is_told_what_to_set() {
    let sink = Sink::start(&[]).await;
    let request = reqwest::Client::new().post(format!("http://{}{V3}", sink.grpc()));
    let reply = request.header("content-type", "application/grpc").send().await.unwrap();
    assert_eq!(reply.status(), 505);
    assert!(reply.text().await.unwrap().contains("http2_protocol_options"));
    assert_eq!(sink.refused("protocol").await, 1.0);
}

#[tokio::test]
async fn compression_is_not_agreed_on() {
    let sink = Sink::start(&[]).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let request = client.post(format!("http://{}{V3}", sink.grpc()));
    let reply = request
        .header("content-type", "application/grpc")
        .header("grpc-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.headers()["grpc-status"], "12");
    assert_eq!(reply.headers()["grpc-accept-encoding"], "identity");
}
