//! TLS, client certificates, basic authentication, and reloads of their files.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::security::{
    ClientAuth, Reloaded, SecurityMetrics, TlsConfig, TlsFiles, TlsListener, TlsVersion, Web, WebConfig,
    require_basic_auth,
};
use kit::server::Listener;
use kit::shutdown::Drained;
use prometheus::{Registry, TextEncoder};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use testkit::certificates::{Ca, CertificateFiles};
use testkit::{Running, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::TIMEOUT;

const GRACE: Duration = Duration::from_secs(1);

struct Server {
    running: Running<Drained>,
    registry: Registry,
}

impl Server {
    fn addr(&self) -> SocketAddr {
        self.running.addr()
    }

    /// Waits until a counter of the listener has this value: a client may see a failure before it is counted.
    async fn wait_for(&self, series: &str, value: f64) {
        eventually(TIMEOUT, async || self.count(series) == value).await;
    }

    /// The value of a counter of the listener.
    fn count(&self, series: &str) -> f64 {
        let page = TextEncoder::new().encode_to_string(&self.registry.gather()).expect("encodable");
        let page = prometheus_text::parse(&page).expect("valid");
        let (name, result) = series.split_once('/').unwrap_or((series, ""));
        let labels = [("listener", "web"), ("result", result)];
        page.value(name, &labels[..if result.is_empty() { 1 } else { 2 }]).expect("one series")
    }
}

/// Whether a request without TLS gets a response. A server with TLS sends an alert.
async fn is_answered_in_plain_text(server: &Server) -> bool {
    get_root(server, None).await.is_ok_and(|response| response.starts_with("HTTP"))
}

fn metrics() -> (Registry, SecurityMetrics) {
    let registry = Registry::new();
    let [metrics] = SecurityMetrics::register(&registry, ["web"]).expect("registered once");
    (registry, metrics)
}

async fn serve(router: Router, tls: Option<TlsListener>, registry: Registry) -> Server {
    let running = testkit::start(|tcp, shutdown| {
        kit::server::serve(Listener::with_tls(tcp, tls), router, shutdown, GRACE)
    })
    .await;
    Server { running, registry }
}

/// A server of `/` with TLS, and its files.
async fn serve_tls(files: TlsFiles) -> (Server, Arc<Reloaded<TlsConfig>>) {
    let (registry, metrics) = metrics();
    let reloaded = Arc::new(Reloaded::load(metrics, move |read| files.load(read)).expect("usable files"));
    let tls = TlsListener::new(&reloaded, |config| Some(Arc::clone(config)));
    (serve(Router::new().route("/", get(|| async { "tea" })), tls, registry).await, reloaded)
}

/// A server of `/` and `/healthz` by a web-config file.
async fn serve_web(path: &Path) -> (Server, Arc<Reloaded<Web>>) {
    let (registry, metrics) = metrics();
    let config = WebConfig::new(path.to_owned());
    let reloaded = Arc::new(Reloaded::load(metrics, move |read| config.load(read)).expect("a usable file"));
    let tls = TlsListener::new(&reloaded, |web| web.tls.clone());
    let router = Router::new()
        .route("/", get(|| async { "tea" }))
        .route("/healthz", get(|| async { "ok" }))
        .layer(from_fn_with_state(Arc::clone(&reloaded), require_basic_auth));
    (serve(router, tls, registry).await, reloaded)
}

/// A client that trusts `ca` and has the certificate `own`.
fn client(ca: &Ca, own: Option<&CertificateFiles>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes()).expect("PEM")).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let certificate = CertificateDer::from_pem_file(&own.cert).expect("PEM");
            let key = PrivateKeyDer::from_pem_file(&own.key).expect("PEM");
            builder.with_client_auth_cert(vec![certificate], key).expect("a pair")
        }
    }
}

/// Sends a request over TLS, or without if there is no client configuration. Returns the response.
async fn request(address: SocketAddr, tls: Option<ClientConfig>, head: &str) -> io::Result<String> {
    let request = format!("GET {head}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(address).await?;
    let mut response = String::new();
    if let Some(config) = tls {
        let name = "localhost".try_into().expect("a name");
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_string(&mut response).await?;
    } else {
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_string(&mut response).await?;
    }
    Ok(response)
}

async fn get_root(server: &Server, tls: Option<ClientConfig>) -> io::Result<String> {
    request(server.addr(), tls, "/ HTTP/1.1").await
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[tokio::test]
async fn requests_in_plain_text_are_refused_and_counted() {
    let (folder, ca) = (folder(), Ca::new());
    let own = ca.issue(folder.path(), "server");
    let (server, _) = serve_tls(TlsFiles::new(own.cert, own.key, ClientAuth::None)).await;
    assert!(get_root(&server, Some(client(&ca, None))).await.expect("a response").ends_with("tea"));
    assert_eq!(server.count("tls_handshakes_refused_total"), 0.0);
    assert!(!is_answered_in_plain_text(&server).await);
    server.wait_for("tls_handshakes_refused_total", 1.0).await;
    assert!(get_root(&server, Some(client(&Ca::new(), None))).await.is_err(), "another CA");
    server.wait_for("tls_handshakes_refused_total", 2.0).await;
    server.running.stop().await;
}

#[tokio::test]
async fn a_connection_that_sends_nothing_does_not_delay_the_shutdown() {
    let (folder, ca) = (folder(), Ca::new());
    let own = ca.issue(folder.path(), "server");
    let (server, _) = serve_tls(TlsFiles::new(own.cert, own.key, ClientAuth::None)).await;
    let _idle = TcpStream::connect(server.addr()).await.expect("connected");
    assert!(get_root(&server, Some(client(&ca, None))).await.is_ok());
    assert!(matches!(server.running.stop().await, Drained::Completed(_)));
}

#[tokio::test]
async fn required_client_certificates_must_be_of_the_client_ca() {
    let (folder, ca, clients) = (folder(), Ca::new(), Ca::new());
    let own = ca.issue(folder.path(), "server");
    let trusted = clients.issue(folder.path(), "trusted");
    let other = Ca::new().issue(folder.path(), "other");
    let client_ca = clients.write(folder.path(), "clients");
    for (auth, without) in
        [(ClientAuth::Required(client_ca.clone()), false), (ClientAuth::Optional(client_ca), true)]
    {
        let files = TlsFiles::new(own.cert.clone(), own.key.clone(), auth);
        let (server, _) = serve_tls(files).await;
        assert!(get_root(&server, Some(client(&ca, Some(&trusted)))).await.is_ok());
        assert!(get_root(&server, Some(client(&ca, Some(&other)))).await.is_err());
        assert_eq!(get_root(&server, Some(client(&ca, None))).await.is_ok(), without);
        server.wait_for("tls_handshakes_refused_total", if without { 1.0 } else { 2.0 }).await;
        server.running.stop().await;
    }
}

#[tokio::test]
async fn older_versions_than_the_minimum_are_refused() {
    let (folder, ca) = (folder(), Ca::new());
    let own = ca.issue(folder.path(), "server");
    let files = TlsFiles::new(own.cert, own.key, ClientAuth::None);
    let (server, _) = serve_tls(TlsFiles { min_version: TlsVersion::Tls13, ..files }).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes()).expect("PEM")).expect("a certificate");
    let tls12 = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("a version")
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert!(get_root(&server, Some(tls12)).await.is_err());
    assert!(get_root(&server, Some(client(&ca, None))).await.is_ok());
    server.running.stop().await;
}

#[tokio::test]
async fn changed_files_are_used_and_unusable_ones_are_not() {
    let (folder, first, second) = (folder(), Ca::new(), Ca::new());
    let own = first.issue(folder.path(), "server");
    let (server, reloaded) = serve_tls(TlsFiles::new(own.cert.clone(), own.key, ClientAuth::None)).await;
    assert!(get_root(&server, Some(client(&first, None))).await.is_ok());
    reloaded.reload();
    assert_eq!(server.count("security_reloads_total/ok"), 0.0);
    fs::write(&own.cert, "not a certificate").expect("written");
    for _ in 0..2 {
        reloaded.reload();
        assert_eq!(server.count("security_reloads_total/failed"), 1.0, "once per change");
        assert!(get_root(&server, Some(client(&first, None))).await.is_ok());
    }
    // A certificate without its key is unusable as well: the files change one after the other.
    let next = second.issue(folder.path(), "next");
    fs::copy(&next.cert, &own.cert).expect("copied");
    reloaded.reload();
    assert!(get_root(&server, Some(client(&first, None))).await.is_ok());
    second.issue(folder.path(), "server");
    reloaded.reload();
    assert_eq!(server.count("security_reloads_total/ok"), 1.0);
    assert!(get_root(&server, Some(client(&second, None))).await.is_ok());
    assert!(get_root(&server, Some(client(&first, None))).await.is_err());
    server.running.stop().await;
}

#[tokio::test]
async fn a_web_config_file_requires_passwords_except_for_health_checks() {
    let folder = folder();
    let path = folder.path().join("web.yml");
    let write = |password: &str| {
        let hash = bcrypt::hash(password, 4).expect("hashed");
        let headers = "http_server_config: { headers: { X-Frame-Options: deny } }";
        fs::write(&path, format!("basic_auth_users: {{ anna: '{hash}' }}\n{headers}\n")).expect("written");
    };
    write("oolong");
    let (server, reloaded) = serve_web(&path).await;
    let get = async |path: &str, credentials: &str| {
        let encoded = STANDARD.encode(credentials);
        let head = format!("{path} HTTP/1.1\r\nAuthorization: Basic {encoded}");
        request(server.addr(), None, &head).await.expect("a response")
    };
    for _ in 0..2 {
        let response = get("/", "anna:oolong").await;
        assert!(response.starts_with("HTTP/1.1 200") && response.ends_with("tea"), "{response}");
        assert!(response.contains("x-frame-options: deny"), "{response}");
    }
    for wrong in ["anna:assam", "anna:", "berta:oolong", "annaoolong", ""] {
        let response = get("/", wrong).await;
        assert!(response.starts_with("HTTP/1.1 401"), "{wrong}: {response}");
        assert!(response.contains("www-authenticate: Basic"), "{response}");
    }
    assert_eq!(server.count("unauthenticated_requests_total"), 5.0);
    assert!(request(server.addr(), None, "/healthz HTTP/1.1").await.expect("a response").ends_with("ok"));
    write("assam");
    reloaded.reload();
    assert!(get("/", "anna:oolong").await.starts_with("HTTP/1.1 401"));
    assert!(get("/", "anna:assam").await.starts_with("HTTP/1.1 200"));
    server.running.stop().await;
}

#[tokio::test]
async fn a_web_config_file_turns_tls_on_with_paths_relative_to_it() {
    let (folder, ca) = (folder(), Ca::new());
    ca.issue(folder.path(), "server");
    let path = folder.path().join("web.yml");
    let tls = "tls_server_config: { cert_file: server.pem, key_file: server-key.pem, min_version: TLS13 }\n";
    fs::write(&path, tls).expect("written");
    let (server, reloaded) = serve_web(&path).await;
    assert!(get_root(&server, Some(client(&ca, None))).await.is_ok());
    // A reload does not switch to plain text.
    fs::write(&path, "").expect("written");
    reloaded.reload();
    assert!(!is_answered_in_plain_text(&server).await);
    assert!(get_root(&server, Some(client(&ca, None))).await.is_ok());
    server.running.stop().await;
}
