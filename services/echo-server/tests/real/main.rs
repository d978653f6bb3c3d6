//! The program's page, scraped by a real Prometheus. `PROMETHEUS` is its path.

#[path = "../it/support/program.rs"]
mod program;

use std::time::Duration;

use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;
use serde_json::Value;
use testkit::prometheus::Prometheus;
use testkit::{Exemplar, eventually_some};

const TIMEOUT: Duration = Duration::from_secs(30);
const BUCKETS: &str = r#"grpc_server_handling_seconds_bucket{grpc_service="proto.EchoService"}"#;

/// As on the server's page: without the labels of the scrape.
fn of_page(mut exemplar: Exemplar) -> Exemplar {
    exemplar.series.retain(|name, _| !["job", "instance"].contains(&name.as_str()));
    exemplar
}

#[tokio::test]
#[ignore = "needs Prometheus: PROMETHEUS is its path"]
async fn prometheus_stores_the_exemplars_of_the_page() {
    let server = program::start(&[]);
    let mut client = EchoServiceClient::new(program::channel(&server).await);
    client.echo_service(Message { message: "hello".into() }).await.expect("a response");
    let trace_id = server.logged("echo").await["trace_id"].clone();

    let address = server.addr("--grpc-server-port").await;
    let scrape = format!(
        "  - job_name: echo\n    scrape_interval: 200ms\n    scrape_timeout: 200ms\n    \
         static_configs: [{{targets: [\"{address}\"]}}]\n"
    );
    let prometheus = Prometheus::start(&scrape).await;
    let stored = eventually_some(TIMEOUT, async || {
        Some(prometheus.exemplars(BUCKETS).await).filter(|found| !found.is_empty())
    })
    .await;
    assert_eq!(stored.iter().map(|one| Value::from(one.label("trace_id"))).collect::<Vec<_>>(), [trace_id]);
    let stored: Vec<Exemplar> = stored.into_iter().map(of_page).collect();
    assert_eq!(stored, Exemplar::scrape(format!("http://{address}/metrics")).await);

    // Repeated scrapes store an exemplar once, and a page with exemplars causes no warning.
    client.echo_service(Message { message: "again".into() }).await.expect("a response");
    prometheus
        .wait_for(r#"grpc_server_handled_total{grpc_service="proto.EchoService",grpc_code="OK"} == 2"#, 1)
        .await;
    let traces = || async { prometheus.exemplars(BUCKETS).await.len() };
    eventually_some(TIMEOUT, async || (traces().await == 2).then_some(())).await;
    assert_eq!(prometheus.warnings(), [""; 0]);
}
