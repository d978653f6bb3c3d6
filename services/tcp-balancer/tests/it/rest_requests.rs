//! Unusual requests to the REST API: other methods, encodings and sizes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::peers::Peer;
use crate::support::{Fixture, NO_SERVERS, TOKEN, hello};

/// Sends a request with the token. Returns the status, the header `Allow`, the content type, and the body.
async fn send(fixture: &Fixture, method: Method, path: &str, body: String) -> (u16, String, String, String) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.request(method, fixture.url(path)).bearer_auth(TOKEN).body(body);
    let response = request.send().await.expect("a response");
    let header = |name| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (allow, content_type) = (header("allow"), header("content-type"));
    (response.status().as_u16(), allow, content_type, response.text().await.expect("a body"))
}

#[tokio::test]
async fn every_error_is_a_problem_document() {
    let fixture = Fixture::start(&hello(&[Peer::echo().await.addr], "")).await;
    for (method, path, body_bytes, expected) in [
        (Method::GET, "/servers/%ff", 0, 400),
        (Method::GET, "/servers/%ff/stats", 0, 400),
        (Method::POST, "/servers/%c3%28", 0, 400),
        (Method::DELETE, "/servers/hello/backends/127.0.0.1/%ff/drain", 0, 400),
        (Method::POST, "/servers/new", 3 << 20, 413),
        (Method::GET, "/servers/hello/", 0, 404),
        (Method::GET, "/servers//stats", 0, 404),
        (Method::GET, "/servers/HELLO", 0, 404),
        (Method::GET, "/servers/hello%00", 0, 404),
        (Method::DELETE, "/servers/a%2Fb", 0, 404),
        (Method::POST, "/servers/hello/backends//80/drain", 0, 400),
        (Method::POST, "/servers/hello/backends/%20/80/drain", 0, 400),
        (Method::POST, "/servers/hello/backends/127.0.0.1/+80/drain", 0, 400),
        (Method::POST, "/servers/hello/backends/127.0.0.1/65536/drain", 0, 400),
        (Method::PUT, "/servers/hello", 0, 405),
        (Method::DELETE, "/servers", 0, 405),
        (Method::POST, "/ping", 0, 405),
        (Method::GET, "/servers/hello/backends/127.0.0.1/80/drain", 0, 405),
    ] {
        let (status, allow, content_type, body) =
            send(&fixture, method.clone(), path, " ".repeat(body_bytes)).await;
        let context = format!("{method} {path}: {body}");
        let problem: Value = serde_json::from_str(&body).unwrap_or_default();
        assert_eq!((status, &problem["status"]), (expected, &json!(expected)), "{context}");
        assert_eq!(content_type, "application/problem+json", "{context}");
        assert_eq!(allow.is_empty(), expected != 405, "{context}: Allow: {allow}");
    }
}

#[tokio::test]
async fn head_has_the_status_of_get_and_no_body() {
    let fixture = Fixture::start(&hello(&[Peer::echo().await.addr], "")).await;
    for (path, expected) in [
        ("/", 200),
        ("/ping", 200),
        ("/servers", 200),
        ("/servers/hello", 200),
        ("/servers/hello/stats", 200),
        ("/servers/nope", 404),
        ("/metrics", 200),
        ("/healthz", 200),
    ] {
        let (status, _, _, body) = send(&fixture, Method::HEAD, path, String::new()).await;
        assert_eq!((status, body.as_str()), (expected, ""), "{path}");
    }
}

#[tokio::test]
async fn a_servers_name_may_have_characters_that_a_path_encodes() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(NO_SERVERS).await;
    let discovery = json!({ "kind": "static", "static_list": [backend.addr.to_string()] });
    let body = json!({ "bind": "127.0.0.1:0", "discovery": discovery }).to_string();
    for (path, name) in [("/servers/a%2Fb", "a/b"), ("/servers/caf%C3%A9%20%22", "caf\u{e9} \"")] {
        assert_eq!(send(&fixture, Method::POST, path, body.clone()).await.0, 200, "{path}");
        assert!(fixture.balancer.get(name).is_some(), "{path}");
        assert_eq!(send(&fixture, Method::GET, &format!("{path}/stats"), String::new()).await.0, 200);
        assert_eq!(fixture.scrape().await.value("gobetween_server_count", &[("server", name)]), 1.0);
        assert_eq!(send(&fixture, Method::DELETE, path, String::new()).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn values_out_of_range_are_refused_with_their_key_or_value() {
    let fixture = Fixture::start(NO_SERVERS).await;
    let list = json!({ "kind": "static", "static_list": ["127.0.0.1:80"] });
    for (key, value, expected) in [
        ("max_connections", json!(-1), "-1"),
        ("max_connections", json!(4_294_967_296_u64), "4294967296"),
        ("max_connections", json!(1.5), "1.5"),
        ("max_fails", json!("1"), "\"1\""),
        ("client_idle_timeout", json!("-1s"), "expected a duration"),
        ("client_idle_timeout", json!("9999999999999h"), "expected a duration"),
        ("client_idle_timeout", json!(5), "5"),
        ("bind", json!(":65536"), "`:65536`"),
        ("bind", json!(":+80"), "`:+80`"),
        ("balance", json!("iphash"), "iphash"),
        ("protocol", json!("udp"), "udp"),
        ("discovery", json!({ "kind": "static", "static_list": ["a:1 weight=1 weight=2"] }), "weight=2"),
        ("discovery", json!({ "kind": "static", "static_list": ["a:1", "A.:1"] }), "twice"),
        ("healthcheck", json!({ "kind": "ping", "interval": "0" }), "interval"),
    ] {
        let mut server = json!({ "bind": "127.0.0.1:0", "discovery": list });
        server[key] = value;
        let (status, _, _, body) = send(&fixture, Method::POST, "/servers/new", server.to_string()).await;
        assert_eq!(status, 400, "{server}: {body}");
        let problem: Value = serde_json::from_str(&body).expect("a problem document");
        assert!(problem["detail"].as_str().expect("a text").contains(expected), "{server}: {body}");
    }
    let twice = r#"{"bind": ":1", "bind": ":2", "discovery": {"kind": "static", "static_list": []}}"#;
    assert_eq!(send(&fixture, Method::POST, "/servers/new", twice.to_owned()).await.0, 400);
}

#[tokio::test]
async fn the_longest_durations_serve_clients() {
    let backend = Peer::echo().await;
    let longest = "5124095h";
    let lines: String = ["client_idle_timeout", "backend_idle_timeout", "backend_connection_timeout"]
        .into_iter()
        .chain(["half_close_timeout", "fail_timeout"])
        .map(|key| format!("{key} = \"{longest}\"\n"))
        .collect();
    let check = format!(
        "[servers.hello.healthcheck]\nkind = \"ping\"\ninterval = \"{longest}\"\ntimeout = \"{longest}\"\n"
    );
    let config = hello(&[backend.addr], &lines);
    let discovery = format!("interval = \"{longest}\"\ntimeout = \"{longest}\"\n");
    let fixture = Fixture::start(&format!("{config}{discovery}{check}")).await;
    let mut client = fixture.connect().await;
    assert_eq!(crate::support::peers::round_trip(&mut client, b"hello").await, b"hello");
    drop(client);
    fixture.wait_until_idle().await;
}
