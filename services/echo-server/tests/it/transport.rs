//! Requests that are not valid gRPC: refused as Go's server does, counted by reason, and not counted as calls.

use http::{Method, StatusCode};
use testkit::Scrape;
use testkit::grpc::raw::{RawCall, RawResponse, request};

use crate::support::{Server, channel, counted, echo, handled, raw::HI, start};

const PATH: &str = "/proto.EchoService/EchoService";

/// Sends an echo with these headers over HTTP/2.
async fn send(server: &Server, headers: &[(&str, &str)]) -> RawResponse {
    send_to(server, PATH, Method::POST, headers, HI).await
}

async fn send_to(
    server: &Server,
    path: &str,
    method: Method,
    headers: &[(&str, &str)],
    data: &[u8],
) -> RawResponse {
    let mut builder = http::Request::builder().method(method).uri(server.url(path));
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let mut call = RawCall::open(server.addr(), builder).await;
    call.send(data);
    call.end().await.expect("a response")
}

async fn refused(server: &Server, reason: &str) -> f64 {
    Scrape::get(server.url("/metrics")).await.value("grpc_server_refused_total", &[("reason", reason)])
}

async fn assert_no_calls(server: &Server) {
    let scrape = Scrape::get(server.url("/metrics")).await;
    assert_eq!(scrape.sum("grpc_server_started_total", &[]), 0.0);
    assert_eq!(scrape.sum("grpc_server_handled_total", &[]), 0.0);
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

#[tokio::test]
async fn accepts_every_content_type_of_grpc() {
    let server = start().await;
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
        let response = send(&server, &[("content-type", content_type)]).await;
        assert_eq!(response.header("grpc-status"), Some("0"), "{content_type}");
    }
}

#[tokio::test]
async fn refuses_content_types_that_only_resemble_grpcs() {
    let server = start().await;
    let content_types = [
        "application/grpcfoo",
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpc-web-text",
        "Application/gRPC",
    ];
    for content_type in content_types {
        let response = send(&server, &[("content-type", content_type)]).await;
        assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        assert_eq!(response.header("grpc-status"), Some("3"), "{content_type}");
        assert!(response.data.is_empty());
    }
    assert_eq!(refused(&server, "content_type").await, content_types.len() as f64);
    assert_no_calls(&server).await;
}

#[tokio::test]
async fn other_content_types_reach_the_http_routes() {
    let server = start().await;
    for headers in [&[("content-type", "application/json")][..], &[]] {
        let response = send(&server, headers).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND);
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
    }
    assert_no_calls(&server).await;
}

#[tokio::test]
async fn refuses_grpc_over_http1() {
    let server = start().await;
    let client = reqwest::Client::builder().no_proxy().http1_only().build().expect("client");
    for (method, content_type, status, reason) in [
        (Method::POST, "application/grpc", 505, "http_version"),
        (Method::POST, "application/grpc+proto", 505, "http_version"),
        (Method::POST, "application/grpc-web+proto", 415, "content_type"),
        (Method::GET, "application/grpc", 405, "method"),
    ] {
        let before = refused(&server, reason).await;
        let request = client.request(method, server.url(PATH)).header("content-type", content_type);
        let response = request.body(HI).send().await.expect("a response");
        assert_eq!(response.status().as_u16(), status, "{content_type}");
        let allow = response.headers().get("allow").map(|value| value.to_str().expect("ASCII"));
        assert_eq!(allow, (status == 405).then_some("POST"));
        assert_eq!(refused(&server, reason).await, before + 1.0, "{reason}");
    }
    assert_no_calls(&server).await;
}

#[tokio::test]
async fn refuses_malformed_requests_over_http2() {
    let server = start().await;
    for (header, status, code, reason) in [
        (("grpc-timeout", "soon"), 400, "13", "timeout"),
        (("grpc-timeout", "123456789S"), 400, "13", "timeout"),
        (("grpc-timeout", "0S"), 200, "4", "deadline"),
        (("trace-bin", "not base64!"), 400, "13", "metadata"),
    ] {
        let before = refused(&server, reason).await;
        let response = send(&server, &[GRPC, header]).await;
        assert_eq!(
            (response.status.as_u16(), response.header("grpc-status")),
            (status, Some(code)),
            "{header:?}"
        );
        assert_eq!(refused(&server, reason).await, before + 1.0, "{reason}");
    }
    let response = send_to(&server, PATH, Method::PUT, &[GRPC], HI).await;
    assert_eq!((response.status.as_u16(), response.header("grpc-status")), (405, Some("13")));
    let response = send_to(&server, &format!("{PATH}?x=1"), Method::POST, &[GRPC], HI).await;
    assert_eq!((response.status.as_u16(), response.header("grpc-status")), (200, Some("12")));
    assert_eq!((refused(&server, "method").await, refused(&server, "path").await), (1.0, 1.0));
    assert_no_calls(&server).await;
}

#[tokio::test]
async fn refuses_and_counts_headers_above_the_limit_only() {
    let server = start().await;
    for kilobytes in [20, 200, 900] {
        let value = "x".repeat(kilobytes << 10);
        let response = send(&server, &[GRPC, ("metadata", &value)]).await;
        assert_eq!(response.header("grpc-status"), Some("0"), "{kilobytes} KiB");
    }
    for megabytes in [1, 3] {
        let value = "x".repeat(megabytes << 20);
        let response = send(&server, &[GRPC, ("metadata", &value)]).await;
        assert_eq!(response.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "{megabytes} MiB");
        assert_eq!(response.header("grpc-status"), Some("8"));
    }
    assert_eq!(refused(&server, "header_list_size").await, 2.0);
    assert_eq!(counted(&server, "grpc_server_started_total").await, 3.0);
    echo(&channel(&server).await, "hi").await.expect("the server accepts calls");
}

/// The HTTP/2 library refuses these by itself, and reports nothing: see kit's README.
#[tokio::test]
async fn headers_above_the_announced_limit_reach_neither_the_count_nor_a_handler() {
    let server = start().await;
    let with_headers = async |megabytes: usize| {
        let value = "x".repeat(megabytes << 20);
        let request = request(server.addr(), PATH).header("metadata", value);
        RawCall::open(server.addr(), request).await.end().await
    };
    let response = with_headers(5).await.expect("a response");
    assert_eq!(response.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(response.header("grpc-status"), None);
    with_headers(8).await.expect_err("the connection is closed");
    assert_eq!(refused(&server, "header_list_size").await, 0.0);
    assert_no_calls(&server).await;
    echo(&channel(&server).await, "hi").await.expect("the server accepts calls");
}

/// The codes are those of the specification and of grpc-go.
#[tokio::test]
async fn invalid_messages_end_the_call_with_grpc_gos_codes() {
    let server = start().await;
    let with_flag = |flag: u8| [&[flag], &HI[1..]].concat();
    let too_large = [&[0][..], &((4u32 << 20) + 1).to_be_bytes()].concat();
    let mut calls = 0.0;
    for (encoding, data, code, name) in [
        (None, vec![], "13", "Internal"),
        (None, HI[..3].to_vec(), "13", "Internal"),
        (None, HI[..7].to_vec(), "13", "Internal"),
        (None, with_flag(1), "13", "Internal"),
        (Some("identity"), with_flag(1), "13", "Internal"),
        (None, with_flag(2), "13", "Internal"),
        (None, with_flag(255), "13", "Internal"),
        (None, [&HI[..6], &[0xff, 0xff, 0xff]].concat(), "13", "Internal"),
        (None, too_large, "8", "ResourceExhausted"),
        (Some("gzip"), HI.to_vec(), "12", "Unimplemented"),
        (Some("br"), with_flag(1), "12", "Unimplemented"),
    ] {
        let mut builder = request(server.addr(), PATH);
        if let Some(encoding) = encoding {
            builder = builder.header("grpc-encoding", encoding);
        }
        let mut call = RawCall::open(server.addr(), builder).await;
        call.send(&data);
        let response = call.end().await.expect("a response");
        assert_eq!(response.header("grpc-status"), Some(code), "{encoding:?} {data:?}");
        let accepts = response.header("grpc-accept-encoding");
        assert_eq!(accepts, (code == "12").then_some("identity"), "{encoding:?}");
        let before = calls;
        calls += 1.0;
        assert!(handled(&server, name).await > 0.0, "{name}");
        assert_eq!(counted(&server, "grpc_server_started_total").await, before + 1.0);
    }
    assert_eq!(counted(&server, "grpc_server_msg_sent_total").await, 0.0, "the handler did not run");
}
