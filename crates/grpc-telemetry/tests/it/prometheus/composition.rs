//! Layers in the places where tonic and axum accept layers.

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
use super::support::{Fixture, client_builder, server_builder};
use testkit::grpc::ping::{Ping, TestServiceClient, TestServiceServer, well};

fn register(server: &ServerMetrics, client: &ClientMetrics) -> Registry {
    let registry = Registry::new();
    registry.register(Box::new(server.clone())).expect("metrics register");
    registry.register(Box::new(client.clone())).expect("metrics register");
    registry
}

#[tokio::test]
async fn wraps_axum_router_with_other_routes() {
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
    counted.ping(well()).await.expect("a response");
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
async fn interceptor_works_on_either_side_of_client_layer() {
    let fixture = Fixture::start().await;
    let pass = |request: Request<()>| -> Result<Request<()>, Status> { Ok(request) };

    let outside = InterceptedService::new(fixture.client_metrics.layer().layer(fixture.channel()), pass);
    TestServiceClient::new(outside).ping(well()).await.expect("a response");
    let inside = fixture.client_metrics.layer().layer(InterceptedService::new(fixture.channel(), pass));
    TestServiceClient::new(inside).ping(well()).await.expect("a response");
    fixture.wait_for_handled("client", "Ping", "OK", 2.0).await;
}

#[tokio::test]
async fn counts_call_that_interceptor_rejects() {
    let fixture = Fixture::start().await;
    let refuse = |_: Request<()>| Err::<Request<()>, _>(Status::permission_denied("no"));
    let inside = fixture.client_metrics.layer().layer(InterceptedService::new(fixture.channel(), refuse));
    TestServiceClient::new(inside).ping(well()).await.expect_err("rejected");
    fixture.wait_for_handled("client", "Ping", "PermissionDenied", 1.0).await;
    assert_eq!(fixture.value("client_msg_sent_total", "Ping"), 0.0);
}

#[tokio::test]
async fn wraps_single_service() {
    let server = server_builder().build().expect("metrics");
    let client = client_builder().build().expect("metrics");
    let registry = register(&server, &client);
    let routes = Routes::new(server.layer().layer(TestServiceServer::new(Ping)));
    let mut counted = TestServiceClient::new(client.layer().layer(routes));
    counted.ping(well()).await.expect("a response");
    let labels = [("grpc_method", "Ping"), ("grpc_code", "OK")];
    assert_eq!(scrape::value(&registry, "grpc_server_handled_total", &labels), Some(1.0));
    assert_eq!(scrape::value(&registry, "grpc_client_handled_total", &labels), Some(1.0));
}
