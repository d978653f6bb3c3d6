//! The layers fit where tonic and axum take layers.

use axum::Router;
use axum::routing::get;
use grpc_telemetry::prometheus::{ClientMetrics, ServerMetrics};
use prometheus::Registry;
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Endpoint;
use tonic::{Request, Status};
use tower::Layer;

use super::scrape;
use super::support::{Lab, client_builder, server_builder};
use testkit::grpc::ping::{Ping, TestServiceClient, TestServiceServer, well};

fn register(server: &ServerMetrics, client: &ClientMetrics) -> Registry {
    let registry = Registry::new();
    registry.register(Box::new(server.clone())).expect("metrics register");
    registry.register(Box::new(client.clone())).expect("metrics register");
    registry
}

#[tokio::test]
async fn a_router_that_serves_pages_too_can_be_wrapped_whole() {
    let server = server_builder().build().expect("metrics");
    let client = client_builder().build().expect("metrics");
    let registry = register(&server, &client);
    let grpc = Routes::new(TestServiceServer::new(Ping)).into_axum_router();
    let router: Router = grpc.route("/healthz", get(|| async { "ok" })).layer(server.layer());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("address");
    let task = tokio::spawn(async move { axum::serve(listener, router).await });

    let channel = Endpoint::from_shared(format!("http://{address}")).expect("address").connect_lazy();
    let mut counted = TestServiceClient::new(client.layer().layer(channel));
    counted.ping(well()).await.expect("a reply");
    scrape::eventually(
        &registry,
        "grpc_server_handled_total",
        &[("grpc_method", "Ping"), ("grpc_code", "OK")],
        1.0,
    )
    .await;
    task.abort();
}

#[tokio::test]
async fn an_interceptor_can_stand_on_either_side_of_a_client() {
    let lab = Lab::start().await;
    let pass = |request: Request<()>| -> Result<Request<()>, Status> { Ok(request) };

    let outside = InterceptedService::new(lab.client_metrics.layer().layer(lab.channel()), pass);
    TestServiceClient::new(outside).ping(well()).await.expect("a reply");
    let inside = lab.client_metrics.layer().layer(InterceptedService::new(lab.channel(), pass));
    TestServiceClient::new(inside).ping(well()).await.expect("a reply");
    lab.see_handled("client", "Ping", "OK", 2.0).await;
}

#[tokio::test]
async fn a_call_that_an_interceptor_refuses_is_counted() {
    let lab = Lab::start().await;
    let refuse = |_: Request<()>| Err::<Request<()>, _>(Status::permission_denied("no"));
    let inside = lab.client_metrics.layer().layer(InterceptedService::new(lab.channel(), refuse));
    TestServiceClient::new(inside).ping(well()).await.expect_err("refused");
    lab.see_handled("client", "Ping", "PermissionDenied", 1.0).await;
    assert_eq!(lab.value("client_msg_sent_total", "Ping"), 0.0);
}

#[tokio::test]
async fn a_single_service_can_be_wrapped() {
    let server = server_builder().build().expect("metrics");
    let client = client_builder().build().expect("metrics");
    let registry = register(&server, &client);
    let routes = Routes::new(server.layer().layer(TestServiceServer::new(Ping)));
    let mut counted = TestServiceClient::new(client.layer().layer(routes));
    counted.ping(well()).await.expect("a reply");
    let labels = [("grpc_method", "Ping"), ("grpc_code", "OK")];
    assert_eq!(scrape::value(&registry, "grpc_server_handled_total", &labels), Some(1.0));
    assert_eq!(scrape::value(&registry, "grpc_client_handled_total", &labels), Some(1.0));
}
