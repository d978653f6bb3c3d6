//! The REST API.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;
use tokio::net::TcpStream;

use crate::support::peers::{Peer, read_name, round_trip};
use crate::support::{Fixture, LONG_GRACE, NO_SERVERS, TOKEN, hello, with_discovery};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn stats_have_gobetweens_field_names() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    round_trip(&mut fixture.connect().await, b"hello").await;
    fixture.wait_until_idle().await;
    let (status, stats) = fixture.get("/servers/hello/stats").await;
    assert_eq!(status, 200);
    let expected = json!({
        "active_connections": 0, "rx_total": 5, "tx_total": 5, "rx_second": 0, "tx_second": 0,
        "backends": [{
            "host": "127.0.0.1", "port": backend.addr.port().to_string(),
            "priority": 1, "weight": 1, "max_fails": 1, "fail_timeout": "10s", "draining": false,
            "stats": {
                "live": true, "discovered": true, "total_connections": 1, "active_connections": 0,
                "refused_connections": 0, "rx": 5, "tx": 5, "rx_second": 0, "tx_second": 0,
            },
        }],
    });
    assert_eq!(stats, expected);
}

#[tokio::test]
async fn the_configuration_is_returned_with_all_defaults() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "max_connections = 9")).await;
    let (status, hello) = fixture.get("/servers/hello").await;
    assert_eq!(status, 200);
    let address = fixture.addr().to_string();
    assert_eq!((&hello["bind"], &hello["protocol"]), (&json!(address), &json!("tcp")), "the actual port");
    assert_eq!((&hello["balance"], &hello["max_connections"]), (&json!("weight"), &json!(9)));
    assert_eq!(hello["discovery"]["static_list"], json!([format!("{} weight=1 priority=1", backend.addr)]));
    assert_eq!(hello["healthcheck"]["kind"], "none");
    let (_, servers) = fixture.get("/servers").await;
    assert_eq!(servers, json!({ "hello": hello }));
    let (_, root) = fixture.get("/").await;
    assert_eq!(keys(&root), ["configuration", "pid", "startTime", "time", "uptime", "version"]);
    assert_eq!(root["configuration"]["servers"], servers);
    assert_eq!(fixture.get("/ping").await, (200.try_into().expect("a status"), json!("OK")));
    assert_eq!(fixture.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn unknown_servers_paths_and_methods_return_problems() {
    let fixture = Fixture::start(NO_SERVERS).await;
    for path in ["/servers/nope", "/servers/nope/stats", "/nope"] {
        let (status, problem) = fixture.get(path).await;
        assert_eq!((status.as_u16(), &problem["status"]), (404, &json!(404)), "{path}");
    }
    let (status, problem) = fixture.request(Method::PUT, "/servers", None, "").await;
    assert_eq!((status.as_u16(), &problem["status"]), (405, &json!(405)));
}

const CHANGES: [(Method, &str); 4] = [
    (Method::POST, "/servers/new"),
    (Method::DELETE, "/servers/hello"),
    (Method::POST, "/servers/hello/backends/a/80/drain"),
    (Method::DELETE, "/servers/hello/backends/a/80/drain"),
];

#[tokio::test]
async fn without_a_token_changes_are_forbidden() {
    let fixture = Fixture::start_with(NO_SERVERS, None, LONG_GRACE, prometheus::Registry::new()).await;
    for (method, path) in CHANGES {
        for token in [None, Some(""), Some(TOKEN)] {
            assert_eq!(fixture.request(method.clone(), path, token, "{}").await.0, 403, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_token_is_unauthorized() {
    let fixture = Fixture::start(&hello(&[Peer::echo().await.addr], "")).await;
    for (method, path) in CHANGES {
        for token in [None, Some("wrong"), Some("")] {
            assert_eq!(fixture.request(method.clone(), path, token, "{}").await.0, 401, "{method} {path}");
        }
    }
    assert!(fixture.balancer.get("hello").is_some());
}

#[tokio::test]
async fn adds_and_removes_a_server() {
    let backend = Peer::named("new").await;
    let fixture = Fixture::start("allow_empty = true\n[defaults]\nmax_connections = 3\n").await;
    let discovery = json!({ "kind": "static", "static_list": [backend.addr.to_string()] });
    let new = json!({ "bind": "127.0.0.1:0", "discovery": discovery }).to_string();
    let change = async |method, body: &str| fixture.request(method, "/servers/new", Some(TOKEN), body).await;
    assert_eq!(change(Method::POST, &new).await, (200.try_into().expect("a status"), Value::Null));
    assert_eq!(fixture.get("/servers/new").await.1["max_connections"], 3, "the file's defaults apply");
    let address = fixture.addr_of("new");
    let mut client = TcpStream::connect(address).await.expect("connected");
    assert_eq!(read_name(&mut client).await, "new");
    let (status, problem) = change(Method::POST, &new).await;
    assert_eq!((status.as_u16(), &problem["detail"]), (409, &json!("there is already a server new")));
    assert_eq!(change(Method::DELETE, "").await, (200.try_into().expect("a status"), Value::Null));
    assert_eq!(change(Method::DELETE, "").await.0, 404);
    eventually(crate::support::TIMEOUT, async || TcpStream::connect(address).await.is_err()).await;
    let page = fixture.scrape().await;
    assert_eq!(
        page.value("gobetween_server_rx_total", &[("server", "new")]),
        3.0,
        "a removed server keeps its metrics"
    );
}

#[tokio::test]
async fn an_invalid_new_server_is_rejected_with_the_reason() {
    let taken = Peer::echo().await;
    let fixture = Fixture::start(NO_SERVERS).await;
    let static_list = json!({ "kind": "static", "static_list": ["a:80"] });
    let with_bind = |bind: &str| json!({ "bind": bind, "discovery": static_list }).to_string();
    for (expected_status, body, message) in [
        // An address of no interface (RFC 5737), and a name that does not exist (RFC 6761).
        (400, with_bind("192.0.2.1:0"), "Cannot assign requested address"),
        (400, with_bind("nowhere.invalid:0"), "cannot resolve nowhere.invalid:0"),
        (400, "nonsense".into(), "expected"),
        (400, json!({ "bind": ":1", "discovery": static_list, "bnid": 1 }).to_string(), "bnid"),
        (400, json!({ "bind": ":1", "discovery": { "kind": "static" } }).to_string(), "static_list"),
        (
            409,
            json!({ "bind": taken.addr.to_string(), "discovery": static_list }).to_string(),
            "Address already in use",
        ),
    ] {
        let (status, problem) = fixture.request(Method::POST, "/servers/new", Some(TOKEN), &body).await;
        assert_eq!(status.as_u16(), expected_status, "{body}");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains(message), "{body}: {detail}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_text_is_rejected() {
    let fixture = Fixture::start(NO_SERVERS).await;
    for name in ["a%0Ab", "a%E2%80%8Bb", "a%E2%80%AEb"] {
        let path = format!("/servers/{name}");
        let (status, problem) = fixture.request(Method::POST, &path, Some(TOKEN), "{}").await;
        assert_eq!(status.as_u16(), 400, "{name}");
        assert!(problem["detail"].as_str().expect("a detail").starts_with("the server's name "), "{problem}");
    }
}

#[tokio::test]
async fn a_draining_backend_keeps_its_connections_and_gets_no_new_ones() {
    let (a, b) = (Peer::echo().await, Peer::echo().await);
    let fixture = Fixture::start(&hello(&[a.addr, b.addr], "balance = \"roundrobin\"")).await;
    let mut old = fixture.connect().await;
    round_trip(&mut old, b"hello").await;
    assert_eq!((a.accepted(), b.accepted()), (1, 0));
    let path = format!("/servers/hello/backends/127.0.0.1/{}/drain", a.addr.port());
    assert_eq!(fixture.request(Method::POST, &path, Some(TOKEN), "").await.0, 200);
    for _ in 0..4 {
        round_trip(&mut fixture.connect().await, b"hello").await;
    }
    assert_eq!((a.accepted(), b.accepted()), (1, 4));
    assert_eq!(round_trip(&mut old, b"open").await, b"open");
    assert_eq!(fixture.get("/servers/hello/stats").await.1["backends"][0]["draining"], true);
    assert_eq!(fixture.request(Method::DELETE, &path, Some(TOKEN), "").await.0, 200);
    for _ in 0..4 {
        round_trip(&mut fixture.connect().await, b"hello").await;
    }
    assert_eq!((a.accepted(), b.accepted()), (3, 6));
    let unknown = "/servers/hello/backends/127.0.0.1/1/drain";
    assert_eq!(fixture.request(Method::POST, unknown, Some(TOKEN), "").await.0, 404);
    for invalid in ["127.0.0.1/0", "127.0.0.1/http", "a%20b/80"] {
        let path = format!("/servers/hello/backends/{invalid}/drain");
        let (status, problem) = fixture.request(Method::POST, &path, Some(TOKEN), "").await;
        assert_eq!((status.as_u16(), &problem["status"]), (400, &json!(400)), "{invalid}");
    }
}

#[tokio::test]
async fn a_backend_is_found_by_each_spelling_of_its_host() {
    let config = with_discovery(
        "",
        "kind = \"static\"\n\
         static_list = [\"[::1]:80\", \"LocalHost:80\", \"127.0.0.1:80\", \"[fe80::1%lo]:80\"]",
    );
    let fixture = Fixture::start(&config).await;
    for (index, host) in [
        (0, "::1"),
        (0, "[::1]"),
        (0, "%5B0:0::1%5D"),
        (0, "%3A%3A1"),
        (1, "localhost"),
        (1, "LOCALHOST."),
        (1, "%6cocalhost"),
        (2, "127.0.0.1"),
        (2, "::ffff:127.0.0.1"),
        (3, "fe80::1%25lo"),
        (3, "[fe80::1%25lo]"),
    ] {
        let path = format!("/servers/hello/backends/{host}/80/drain");
        for (method, expected) in [(Method::POST, true), (Method::DELETE, false)] {
            assert_eq!(fixture.request(method, &path, Some(TOKEN), "").await.0, 200, "{host}");
            let (_, stats) = fixture.get("/servers/hello/stats").await;
            assert_eq!(stats["backends"][index]["draining"], expected, "{host}");
        }
    }
}
