//! Paths of undeclared methods.

use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;
use tower::Layer;

use super::scrape;
use super::support::Fixture;
use testkit::grpc::ping::{PingReply, PingRequest, well};

const UNKNOWN: [(&str, &str); 3] =
    [("grpc_service", "unknown"), ("grpc_method", "unknown"), ("grpc_type", "bidi_stream")];

async fn call(fixture: &Fixture, path: String) -> tonic::Status {
    let mut grpc = Grpc::new(fixture.client_metrics.layer().layer(fixture.channel()));
    grpc.ready().await.expect("a channel");
    let path = PathAndQuery::try_from(path).expect("a path");
    let codec = ProstCodec::<PingRequest, PingReply>::default();
    grpc.unary(Request::new(well()), path, codec).await.expect_err("no such method")
}

#[tokio::test]
async fn unknown_paths_share_one_series() {
    let fixture = Fixture::start().await;
    for number in 0..200 {
        let path = match number % 3 {
            0 => format!("/evil.Service{number}/Method"),
            1 => format!("/testpb.TestService/Method{number}"),
            _ => format!("/{number}"),
        };
        assert_eq!(call(&fixture, path).await.code(), Code::Unimplemented);
    }
    for side in ["server", "client"] {
        fixture.wait_for_labels(&format!("{side}_started_total"), &UNKNOWN, 200.0).await;
        let unimplemented: Vec<_> = UNKNOWN.into_iter().chain([("grpc_code", "Unimplemented")]).collect();
        fixture.wait_for_labels(&format!("{side}_handled_total"), &unimplemented, 200.0).await;
        assert_eq!(scrape::count(&fixture.registry, &format!("grpc_{side}_started_total"), &[]), 6 + 1);
    }
}

#[tokio::test]
async fn unknown_series_is_absent_before_its_first_call() {
    let fixture = Fixture::start().await;
    assert!(!scrape::text(&fixture.registry).contains("unknown"));
}
