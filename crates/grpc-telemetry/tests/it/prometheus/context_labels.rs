//! The Go library's scenarios of labels from a call's context, by their names; and that values
//! from outside cannot make series.

use tonic::Request;

use super::scrape::{self, Labels};
use super::support::Lab;
use testkit::grpc::ping::{SERVICE, well};

async fn lab() -> Lab {
    Lab::with(
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

async fn ping(lab: &Lab, metadata: &[(&'static str, &str)]) {
    let mut request = Request::new(well());
    for (name, value) in metadata {
        request.metadata_mut().insert(*name, value.parse().expect("metadata"));
    }
    lab.client().ping(request).await.expect("a reply");
}

async fn see(lab: &Lab, name: &str, user: &str, tenant: &str) {
    let labels = [
        ("grpc_type", "unary"),
        ("grpc_service", SERVICE),
        ("grpc_method", "Ping"),
        ("user_id", user),
        ("tenant_id", tenant),
    ];
    lab.see_labels(&format!("{name}_started_total"), &labels, 1.0).await;
    lab.see_labels(&format!("{name}_handling_seconds"), &labels, 1.0).await;
    let ok: Vec<_> = labels.into_iter().chain([("grpc_code", "OK")]).collect();
    lab.see_labels(&format!("{name}_handled_total"), &ok, 1.0).await;
}

#[tokio::test]
async fn test_server_context_labels() {
    let lab = lab().await;
    ping(&lab, &[("user-id", "user123"), ("tenant-id", "tenant456")]).await;
    see(&lab, "server", "user123", "tenant456").await;
}

#[tokio::test]
async fn test_client_context_labels() {
    let lab = lab().await;
    ping(&lab, &[("user-id", "user123"), ("tenant-id", "tenant456")]).await;
    see(&lab, "client", "user123", "tenant456").await;
}

#[tokio::test]
async fn test_server_context_labels_with_missing_values() {
    let lab = lab().await;
    ping(&lab, &[("user-id", "user123")]).await;
    see(&lab, "server", "user123", "").await;
}

#[tokio::test]
async fn test_client_context_labels_with_missing_values() {
    let lab = lab().await;
    ping(&lab, &[("user-id", "user123")]).await;
    see(&lab, "client", "user123", "").await;
}

#[tokio::test]
async fn test_server_context_labels_with_histogram() {
    let lab = lab().await;
    ping(&lab, &[("user-id", "user123")]).await;
    let labels = [("grpc_method", "Ping"), ("user_id", "user123"), ("tenant_id", "")];
    lab.see_labels("server_handling_seconds", &labels, 1.0).await;
}

#[tokio::test]
async fn test_client_context_labels_with_histogram() {
    let lab = lab().await;
    ping(&lab, &[("user-id", "user123")]).await;
    let labels = [("grpc_method", "Ping"), ("user_id", "user123"), ("tenant_id", "")];
    lab.see_labels("client_handling_seconds", &labels, 1.0).await;
}

#[tokio::test]
async fn a_value_that_was_not_declared_is_other() {
    let lab = lab().await;
    let ping_labels: Labels<'_> = &[("grpc_method", "Ping")];
    let before = scrape::count(&lab.registry, "grpc_server_started_total", ping_labels);
    assert_eq!(before, 2 * 2, "each declared value or none, twice");
    for user in 0..50 {
        ping(&lab, &[("user-id", &format!("user{user}"))]).await;
    }
    let other = [("grpc_method", "Ping"), ("user_id", "other"), ("tenant_id", "")];
    lab.see_labels("server_started_total", &other, 50.0).await;
    let after = scrape::count(&lab.registry, "grpc_server_started_total", ping_labels);
    assert_eq!(after, before + 1);
}
