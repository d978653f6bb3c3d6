//! Paths of undeclared methods.

use prometheus_text::Family;
use testkit::grpc::ping::{PingReply, PingRequest, well};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

use super::support::{Fixture, counts};

#[tokio::test]
async fn unknown_paths_share_one_series() {
    let fixture = Fixture::start().await;
    let of = |name: &str| {
        let page = fixture.page();
        page.families().flat_map(Family::samples).filter(|s| s.labels.get("method") == Some(name)).count()
    };
    assert_eq!(of("unknown"), 0);
    let before = fixture.page().series_count();
    for path in ["/testpb.TestService/Nothing", "/no.Such/Method", "/other.TestService/Ping", "/x"] {
        let mut grpc = tonic::client::Grpc::new(fixture.channel());
        grpc.ready().await.expect("a connection");
        let codec = ProstCodec::<PingRequest, PingReply>::default();
        let status = grpc.unary(Request::new(well()), PathAndQuery::from_static(path), codec).await;
        assert_eq!(status.expect_err("no such method").code(), Code::Unimplemented);
    }
    let page = fixture.page();
    assert_eq!(counts(&page, "unknown"), (0.0, 4.0));
    assert_eq!(of("unknown"), of("TestService.Ping"));
    assert_eq!(page.series_count() - before, of("unknown"));
}
