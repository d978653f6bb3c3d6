//! Spans of gRPC calls, on the side that makes them.

use kit::telemetry::trace::GrpcClientLayer;
use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;
use testkit::otlp::trace::span::SpanKind;
use tonic::Code;
use tonic::transport::Channel;
use tower_layer::Layer;

use crate::grpc_server;
use crate::support::{Is, Observed, assert_attributes, failed, only};

async fn call(url: String, message: &str) -> Result<(), Code> {
    let channel = Channel::from_shared(url).expect("valid address").connect_lazy();
    let mut client = EchoServiceClient::new(GrpcClientLayer::to("echo-server", 8080).layer(channel));
    let reply = client.echo_service(Message { message: message.into() }).await;
    reply.map(|_| ()).map_err(|status| status.code())
}

#[tokio::test]
async fn a_call_is_a_client_span_and_the_servers_span_its_child() {
    let observed = Observed::begin().await;
    let server = grpc_server::server().await;
    call(server.url(""), "hello").await.expect("a reply");
    server.stop().await;
    let spans = observed.spans().await;
    assert_eq!(spans.len(), 2, "{spans:#?}");
    let of = |kind| {
        spans.iter().find(|received| received.span.kind() == kind).expect("a span of each").span.clone()
    };
    let (client, server) = (of(SpanKind::Client), of(SpanKind::Server));
    assert_eq!(client.name, "proto.EchoService/EchoService");
    assert_eq!((&server.trace_id, &server.parent_span_id), (&client.trace_id, &client.span_id));
    let expected = [
        ("rpc.system", Is::Text("grpc")),
        ("rpc.service", Is::Text("proto.EchoService")),
        ("rpc.method", Is::Text("EchoService")),
        ("server.address", Is::Text("echo-server")),
        ("server.port", Is::Int(8080)),
        ("rpc.grpc.status_code", Is::Int(0)),
    ];
    assert_attributes(&client, &expected);
    assert!(!failed(&client));
}

#[tokio::test]
async fn any_other_code_than_ok_is_an_error() {
    let observed = Observed::begin().await;
    let server = grpc_server::server().await;
    let code = call(server.url(""), "5").await.expect_err("as asked");
    assert_eq!(code, Code::NotFound);
    server.stop().await;
    let spans = observed.spans().await;
    let client = spans.iter().find(|received| received.span.kind() == SpanKind::Client).expect("a span");
    assert_attributes(&client.span, &[("rpc.grpc.status_code", Is::Int(5))]);
    assert!(failed(&client.span));
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let observed = Observed::begin().await;
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound");
    drop(free);
    let code = call(format!("http://{address}"), "hello").await.expect_err("nobody there");
    assert_eq!(code, Code::Unavailable);
    let span = only(&observed.spans().await);
    assert_attributes(&span, &[("rpc.grpc.status_code", Is::Int(14))]);
    assert!(failed(&span));
}
