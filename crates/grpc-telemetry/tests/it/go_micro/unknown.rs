//! Callers cannot make series by calling paths.

use prometheus_text::Family;
use testkit::grpc::ping::{PingReply, PingRequest, well};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

use super::support::{Lab, counts};

#[tokio::test]
async fn paths_that_are_no_methods_share_one_series() {
    let lab = Lab::start().await;
    let of = |name: &str| {
        let page = lab.page();
        page.families().flat_map(Family::samples).filter(|s| s.labels.get("method") == Some(name)).count()
    };
    assert_eq!(of("unknown"), 0);
    let before = lab.page().series_count();
    for path in ["/testpb.TestService/Nothing", "/no.Such/Method", "/other.TestService/Ping", "/x"] {
        let mut grpc = tonic::client::Grpc::new(lab.channel());
        grpc.ready().await.expect("a connection");
        let codec = ProstCodec::<PingRequest, PingReply>::default();
        let status = grpc.unary(Request::new(well()), PathAndQuery::from_static(path), codec).await;
        assert_eq!(status.expect_err("no such method").code(), Code::Unimplemented);
    }
    let page = lab.page();
    assert_eq!(counts(&page, "unknown"), (0.0, 4.0));
    assert_eq!(of("unknown"), of("TestService.Ping"));
    assert_eq!(page.series_count() - before, of("unknown"));
}
