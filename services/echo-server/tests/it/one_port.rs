//! gRPC, HTTP/1 and HTTP/2 on the same port.

use reqwest::Version;

use crate::support::{channel, echo, start};

#[tokio::test]
async fn serves_metrics_and_healthz_beside_grpc_over_http1_and_http2() {
    let server = start().await;
    let grpc = channel(&server).await;
    let http1 = reqwest::Client::builder().no_proxy().http1_only().build().expect("client");
    let http2 = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().expect("client");
    for (client, version) in [(http1, Version::HTTP_11), (http2, Version::HTTP_2)] {
        echo(&grpc, "between").await.expect("a response");
        let metrics = client.get(server.url("/metrics")).send().await.expect("a response");
        assert_eq!((metrics.version(), metrics.status().as_u16()), (version, 200));
        assert_eq!(metrics.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let text = metrics.text().await.expect("text");
        assert!(text.contains("# TYPE grpc_server_started_total counter\n"), "{text}");
        let health = client.get(server.url("/healthz")).send().await.expect("a response");
        assert_eq!((health.version(), health.status().as_u16()), (version, 200));
    }
}
