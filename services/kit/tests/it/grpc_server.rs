//! Spans of gRPC calls, on the side that handles them.

use kit::shutdown::Drained;
use kit::telemetry::trace::GrpcServerLayer;
use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;
use lookout_proto::echo::echo_service_server::{EchoService, EchoServiceServer};
use testkit::otlp::trace::span::SpanKind;
use testkit::{Running, eventually};
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};

use crate::support::{Is, Observed, PATIENCE, assert_attributes, failed, only, serve};

const FOREVER: &str = "forever";

/// Fails with the code that the message names, or takes forever, or echoes.
pub(crate) struct Failing;

#[tonic::async_trait]
impl EchoService for Failing {
    async fn echo_service(&self, request: Request<Message>) -> Result<Response<Message>, Status> {
        let message = request.into_inner();
        tracing::info!("handling");
        if message.message == FOREVER {
            std::future::pending::<()>().await;
        }
        match message.message.parse::<i32>() {
            Ok(code) => Err(Status::new(Code::from_i32(code), "as asked")),
            Err(_) => Ok(Response::new(message)),
        }
    }
}

pub(crate) async fn server() -> Running<Drained> {
    let routes = Routes::new(EchoServiceServer::new(Failing)).into_axum_router();
    serve(routes.layer(GrpcServerLayer)).await
}

async fn call(server: &Running<Drained>, message: &str) -> Result<Response<Message>, Status> {
    let mut client = EchoServiceClient::connect(server.url("")).await.expect("a connection");
    client.echo_service(Message { message: message.into() }).await
}

#[tokio::test]
async fn a_call_is_a_span_named_by_its_method() {
    let observed = Observed::begin().await;
    let server = server().await;
    call(&server, "hello").await.expect("a reply");
    server.stop().await;
    let span = only(&observed.spans().await);
    assert_eq!((&*span.name, span.kind()), ("proto.EchoService/EchoService", SpanKind::Server));
    let expected = [
        ("rpc.system", Is::Text("grpc")),
        ("rpc.service", Is::Text("proto.EchoService")),
        ("rpc.method", Is::Text("EchoService")),
        ("rpc.grpc.status_code", Is::Int(0)),
    ];
    assert_attributes(&span, &expected);
    assert!(!failed(&span));
}

#[tokio::test]
async fn what_is_the_servers_doing_is_an_error_and_what_is_the_clients_is_none() {
    for (code, error) in [(Code::Internal, true), (Code::NotFound, false)] {
        let observed = Observed::begin().await;
        let server = server().await;
        call(&server, &(code as i32).to_string()).await.expect_err("as asked");
        server.stop().await;
        let span = only(&observed.spans().await);
        assert_attributes(&span, &[("rpc.grpc.status_code", Is::Int((code as i32).into()))]);
        assert_eq!(failed(&span), error, "{code:?}");
        if error {
            assert_eq!(span.status.expect("a status").message, "as asked");
        }
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    let observed = Observed::begin().await;
    let server = server().await;
    let url = server.url("");
    let calling = tokio::spawn(async move {
        let mut client = EchoServiceClient::connect(url).await.expect("a connection");
        client.echo_service(Message { message: FOREVER.into() }).await
    });
    eventually(PATIENCE, async || observed.lines().iter().any(|line| line["message"] == "handling")).await;
    calling.abort();
    calling.await.expect_err("aborted");
    server.stop().await;
    let span = only(&observed.spans().await);
    assert_attributes(&span, &[("rpc.grpc.status_code", Is::Int(1))]);
    assert!(!failed(&span));
}
