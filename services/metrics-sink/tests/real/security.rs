//! TLS and authentication with real Envoys and a real Prometheus.

use std::fs;
use std::path::Path;

use testkit::certificates::{Ca, CertificateFiles};
use testkit::envoy::{Config, Envoy};
use testkit::eventually;
use testkit::prometheus::Prometheus;

use crate::support::{Sink, TIMEOUT};

/// The transport socket of an Envoy that trusts `ca` and has the certificate `own`.
fn transport_socket(ca: &Path, own: Option<&CertificateFiles>) -> String {
    let own = own.map_or(String::new(), |own| {
        let (cert, key) = (own.cert.display(), own.key.display());
        format!(
            "tls_certificates: [{{ certificate_chain: {{ filename: {cert} }}, private_key: {{ filename: {key} }} }}], "
        )
    });
    let ca = ca.display();
    format!(
        "transport_socket: {{ name: envoy.transport_sockets.tls, typed_config: {{ \
         \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, sni: localhost, \
         common_tls_context: {{ {own}validation_context: {{ trusted_ca: {{ filename: {ca} }}, \
         match_typed_subject_alt_names: [{{ san_type: DNS, matcher: {{ exact: localhost }} }}] }} }} }} }}"
    )
}

async fn wait_until_shown(sink: &Sink, id: &str) {
    eventually(TIMEOUT, async || {
        sink.scrape("/envoy/metrics").await.has("envoy_server_live", &[("instance", id)])
    })
    .await;
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn envoys_flush_over_mutual_tls_and_those_without_a_certificate_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ca, clients) = (Ca::new(), Ca::new());
    let ca_file = ca.write(folder.path(), "ca");
    let client_ca = clients.write(folder.path(), "client-ca");
    let server = ca.issue(folder.path(), "server");
    let client = clients.issue(folder.path(), "client");
    let sink = Sink::start(&[
        &format!("--grpc-tls-cert={}", server.cert.display()),
        &format!("--grpc-tls-key={}", server.key.display()),
        &format!("--grpc-tls-client-ca={}", client_ca.display()),
    ])
    .await;
    let envoy = async |id: &str, ca: &Path, own: Option<&CertificateFiles>| {
        let cluster = transport_socket(ca, own);
        Envoy::start(&Config { id: id.into(), sink_port: sink.grpc.port(), cluster, ..Config::default() })
            .await
    };
    let with = envoy("with", &ca_file, Some(&client)).await;
    wait_until_shown(&sink, "with").await;
    let without = envoy("without", &ca_file, None).await;
    let refused = async |more_than: f64| {
        eventually(TIMEOUT, async || {
            let labels = [("listener", "grpc")];
            sink.scrape("/metrics").await.value("tls_handshakes_refused_total", &labels) > more_than
        })
        .await;
    };
    refused(0.0).await;
    assert!(!sink.scrape("/envoy/metrics").await.has("envoy_server_live", &[("instance", "without")]));
    without.kill().await;
    // The server's certificate is replaced by one of another CA, and the sink is not restarted.
    let next = Ca::new();
    let next_file = next.write(folder.path(), "next-ca");
    next.issue(folder.path(), "server");
    eventually(TIMEOUT, async || {
        let labels = [("listener", "grpc"), ("result", "ok")];
        sink.scrape("/metrics").await.value("security_reloads_total", &labels) >= 1.0
    })
    .await;
    let _later = envoy("later", &next_file, Some(&client)).await;
    wait_until_shown(&sink, "later").await;
    with.kill().await;
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn envoys_need_the_token() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let token = folder.path().join("token");
    fs::write(&token, "s3cret\n").expect("written");
    let sink = Sink::start(&[&format!("--grpc-token-file={}", token.display())]).await;
    let envoy = async |id: &str, value: &str| {
        let grpc_service = format!("initial_metadata: [{{ key: authorization, value: {value} }}]");
        let sink_port = sink.grpc.port();
        Envoy::start(&Config { id: id.into(), sink_port, grpc_service, ..Config::default() }).await
    };
    let _right = envoy("right", "Bearer s3cret").await;
    wait_until_shown(&sink, "right").await;
    let _wrong = envoy("wrong", "Bearer other").await;
    eventually(TIMEOUT, async || {
        let labels = [("listener", "grpc")];
        sink.scrape("/metrics").await.value("unauthenticated_requests_total", &labels) > 0.0
    })
    .await;
    assert!(!sink.scrape("/envoy/metrics").await.has("envoy_server_live", &[("instance", "wrong")]));
}

#[tokio::test]
#[ignore = "needs Prometheus: PROMETHEUS is its path"]
async fn prometheus_scrapes_over_tls_with_a_password() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ca = Ca::new();
    let ca_file = ca.write(folder.path(), "ca");
    ca.issue(folder.path(), "server");
    let hash = bcrypt::hash("oolong", 4).expect("hashed");
    let web = folder.path().join("web.yml");
    let tls = "tls_server_config: { cert_file: server.pem, key_file: server-key.pem }";
    fs::write(&web, format!("{tls}\nbasic_auth_users: {{ anna: '{hash}' }}\n")).expect("written");
    let sink = Sink::start(&[&format!("--web-config={}", web.display())]).await;
    let plain = reqwest::get(format!("http://{}/metrics", sink.http)).await;
    assert!(plain.is_err(), "{plain:?}");
    let (address, ca_file) = (sink.http, ca_file.display());
    let job = |name: &str, password: &str| {
        format!(
            "  - job_name: {name}\n    scheme: https\n    scrape_interval: 1s\n    tls_config: {{ ca_file: {ca_file} }}\n    \
             basic_auth: {{ username: anna, password: {password} }}\n    \
             static_configs: [{{ targets: ['{address}'] }}]\n"
        )
    };
    let prometheus = Prometheus::start(&(job("right", "oolong") + &job("wrong", "assam"))).await;
    prometheus.wait_for("up{job=\"right\"} == 1", 1).await;
    prometheus.wait_for("up{job=\"wrong\"} == 0", 1).await;
    let refused = "unauthenticated_requests_total{job=\"right\", listener=\"http\"} > 0";
    prometheus.wait_for(refused, 1).await;
}
