//! The page works without its script, loads only its own files, and links to the other services.

use clap::Parser;
use web_client::Config;

use crate::support::{self, Web};

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    config: Config,
}

fn config(port: u16) -> Config {
    let port = port.to_string();
    let flags = ["web-client", "--grpc-server-host", "127.0.0.1", "--grpc-server-port", &port];
    let links = [
        "--grafana-url",
        "http://g:3000/",
        "--jaeger-url",
        "http://j:16686",
        "--maildev-url",
        "http://m:1080",
    ];
    Program::parse_from(flags.into_iter().chain(links)).config
}

#[tokio::test]
async fn the_form_shows_the_reply_without_the_script() {
    let server = support::echo_server().await;
    let web = Web::with(config(server.addr().port())).await;
    let response = web.get("/?m=%3Cb%3E%22+%26").await;
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    assert!(page.contains("echo &lt;b&gt;&quot; &amp;"), "the reply, as text: {page}");
    assert!(page.contains("value=\"&lt;b&gt;&quot; &amp;\""), "the message is still in the form");
    assert!(page.contains("the call took"));
    assert!(!page.contains("<b>\""));
}

#[tokio::test]
async fn a_failed_echo_is_shown_with_its_status() {
    let server = support::scripted_server().await;
    let web = Web::with(config(server.addr().port())).await;
    let response = web.get("/?m=14").await;
    assert_eq!(response.status(), 503);
    let page = response.text().await.unwrap();
    assert!(page.contains("503 Service Unavailable") && page.contains("Unavailable: as requested"), "{page}");
    assert_eq!(web.get("/?m=").await.status(), 400);
}

#[tokio::test]
async fn the_page_loads_only_its_own_files() {
    let web = Web::with(config(1)).await;
    let response = web.get("/").await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let page = response.text().await.unwrap();
    let loaded: Vec<&str> = ["href=\"/page.css\"", "src=\"/echo.js\"", "src=\"/icon.svg\""]
        .into_iter()
        .filter(|part| page.contains(part))
        .collect();
    assert_eq!(loaded.len(), 3);
    assert_eq!(page.matches(" src=\"").count(), page.matches(" src=\"/").count());
    assert!(!page.contains("style=") && !page.contains("onclick"));
    for (path, kind) in [
        ("/page.css", "text/css"),
        ("/page.js", "text/javascript"),
        ("/echo.js", "text/javascript"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let response = web.get(path).await;
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind), "{path}");
    }
}

#[tokio::test]
async fn only_configured_addresses_are_linked() {
    let web = Web::with(config(1)).await;
    let page = web.get("/").await.text().await.unwrap();
    for address in
        ["http://g:3000/d/grpc-client", "http://j:16686/search?service=web-client", "http://m:1080/"]
    {
        assert!(page.contains(&format!("href=\"{address}\"")), "{address}");
    }
    assert!(!page.contains("Prometheus") && !page.contains("/orders"));
}
