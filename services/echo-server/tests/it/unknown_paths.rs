//! Calls to unknown methods and requests for unknown paths.

use http::uri::PathAndQuery;
use lookout_proto::echo::Message;
use testkit::Scrape;
use tonic::client::Grpc;
use tonic::{Code, Request};

use crate::support::{Server, channel, start};

async fn call(server: &Server, path: &'static str) -> Code {
    let mut client = Grpc::new(channel(server).await);
    client.ready().await.expect("connected");
    let codec = tonic_prost::ProstCodec::<Message, Message>::default();
    let response =
        client.unary(Request::new(Message::default()), PathAndQuery::from_static(path), codec).await;
    response.expect_err("no such method").code()
}

#[tokio::test]
async fn unknown_methods_return_unimplemented_and_share_one_series() {
    let server = start().await;
    let series = |scrape: &Scrape| scrape.page().series("grpc_server_started_total").len();
    let before = series(&Scrape::get(server.url("/metrics")).await);
    for path in ["/proto.EchoService/Nope", "/nope.Nope/Nope", "/nope"] {
        assert_eq!(call(&server, path).await, Code::Unimplemented, "{path}");
    }
    let scrape = Scrape::get(server.url("/metrics")).await;
    assert_eq!(scrape.value("grpc_server_started_total", &[("grpc_service", "unknown")]), 3.0);
    assert!(series(&scrape) <= before + 1, "{} series, {before} before", series(&scrape));
}

#[tokio::test]
async fn an_unknown_path_returns_a_problem_document_and_counts_no_call() {
    let server = start().await;
    let response = reqwest::get(server.url("/nope")).await.expect("a response");
    assert_eq!(response.status().as_u16(), 404);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert!(response.text().await.expect("text").contains("\"detail\":\"there is no /nope\""));
    let scrape = Scrape::get(server.url("/metrics")).await;
    assert_eq!(scrape.sum("grpc_server_started_total", &[]), 0.0);
}
