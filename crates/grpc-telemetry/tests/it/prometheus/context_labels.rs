//! The Go library's tests of labels from a call's context, with their names; and undeclared values.

use tonic::Request;

use super::scrape::{self, Labels};
use super::support::Fixture;
use testkit::grpc::ping::{SERVICE, well};

async fn fixture() -> Fixture {
    Fixture::with(
        |server| {
            server.context_label("user_id", ["user123"], |head| head.header("user-id")).context_label(
                "tenant_id",
                ["tenant456"],
                |head| head.header("tenant-id"),
            )
        },
        |client| {
            client.context_label("user_id", ["user123"], |head| head.header("user-id")).context_label(
                "tenant_id",
                ["tenant456"],
                |head| head.header("tenant-id"),
            )
        },
    )
    .await
}

async fn ping(fixture: &Fixture, metadata: &[(&'static str, &str)]) {
    let mut request = Request::new(well());
    for (name, value) in metadata {
        request.metadata_mut().insert(*name, value.parse().expect("metadata"));
    }
    fixture.client().ping(request).await.expect("a response");
}

async fn wait_for_call(fixture: &Fixture, name: &str, user: &str, tenant: &str) {
    let labels = [
        ("grpc_type", "unary"),
        ("grpc_service", SERVICE),
        ("grpc_method", "Ping"),
        ("user_id", user),
        ("tenant_id", tenant),
    ];
    fixture.wait_for_labels(&format!("{name}_started_total"), &labels, 1.0).await;
    fixture.wait_for_labels(&format!("{name}_handling_seconds"), &labels, 1.0).await;
    let ok: Vec<_> = labels.into_iter().chain([("grpc_code", "OK")]).collect();
    fixture.wait_for_labels(&format!("{name}_handled_total"), &ok, 1.0).await;
}

#[tokio::test]
async fn test_server_context_labels() {
    let fixture = fixture().await;
    ping(&fixture, &[("user-id", "user123"), ("tenant-id", "tenant456")]).await;
    wait_for_call(&fixture, "server", "user123", "tenant456").await;
}

#[tokio::test]
async fn test_client_context_labels() {
    let fixture = fixture().await;
    ping(&fixture, &[("user-id", "user123"), ("tenant-id", "tenant456")]).await;
    wait_for_call(&fixture, "client", "user123", "tenant456").await;
}

#[tokio::test]
async fn test_server_context_labels_with_missing_values() {
    let fixture = fixture().await;
    ping(&fixture, &[("user-id", "user123")]).await;
    wait_for_call(&fixture, "server", "user123", "").await;
}

#[tokio::test]
async fn test_client_context_labels_with_missing_values() {
    let fixture = fixture().await;
    ping(&fixture, &[("user-id", "user123")]).await;
    wait_for_call(&fixture, "client", "user123", "").await;
}

#[tokio::test]
async fn test_server_context_labels_with_histogram() {
    let fixture = fixture().await;
    ping(&fixture, &[("user-id", "user123")]).await;
    let labels = [("grpc_method", "Ping"), ("user_id", "user123"), ("tenant_id", "")];
    fixture.wait_for_labels("server_handling_seconds", &labels, 1.0).await;
}

#[tokio::test]
async fn test_client_context_labels_with_histogram() {
    let fixture = fixture().await;
    ping(&fixture, &[("user-id", "user123")]).await;
    let labels = [("grpc_method", "Ping"), ("user_id", "user123"), ("tenant_id", "")];
    fixture.wait_for_labels("client_handling_seconds", &labels, 1.0).await;
}

#[tokio::test]
async fn undeclared_value_is_other() {
    let fixture = fixture().await;
    let ping_labels: Labels<'_> = &[("grpc_method", "Ping")];
    let before = scrape::count(&fixture.registry, "grpc_server_started_total", ping_labels);
    assert_eq!(before, 2 * 2, "two labels, each with a declared value or none");
    for user in 0..50 {
        ping(&fixture, &[("user-id", &format!("user{user}"))]).await;
    }
    let other = [("grpc_method", "Ping"), ("user_id", "other"), ("tenant_id", "")];
    fixture.wait_for_labels("server_started_total", &other, 50.0).await;
    let after = scrape::count(&fixture.registry, "grpc_server_started_total", ping_labels);
    assert_eq!(after, before + 1);
}
