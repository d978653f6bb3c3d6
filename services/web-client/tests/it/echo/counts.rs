//! `/echo?m=X` returns `Response: echo X`, and client and server count it.

use testkit::Scrape;

use crate::support::{self, Web};

const METHOD: [(&str, &str); 3] =
    [("grpc_type", "unary"), ("grpc_service", "proto.EchoService"), ("grpc_method", "EchoService")];

#[tokio::test]
async fn a_message_is_echoed() {
    let server = support::echo_server().await;
    let web = Web::of(server.addr()).await;
    let response = web.get("/echo?m=gr%C3%BC%C3%9F+dich%0A").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(response.headers()["server-timing"].to_str().unwrap().starts_with("call;dur="));
    assert_eq!(response.text().await.unwrap(), "Response: echo grüß dich\n");
}

#[tokio::test]
async fn one_echo_counts_once_on_both_sides() {
    let server = support::echo_server().await;
    let web = Web::of(server.addr()).await;
    web.get("/echo?m=x").await;
    for (side, page) in
        [("client", web.scrape().await), ("server", Scrape::get(server.url("/metrics")).await)]
    {
        for counter in ["started_total", "msg_sent_total", "msg_received_total", "handling_seconds_count"] {
            let name = format!("grpc_{side}_{counter}");
            assert!((page.value(&name, &METHOD) - 1.0).abs() < 0.1, "{name}");
        }
        let ok = [&METHOD[..], &[("grpc_code", "OK")]].concat();
        assert!((page.value(&format!("grpc_{side}_handled_total"), &ok) - 1.0).abs() < 0.1);
    }
    let page = web.scrape().await;
    support::assert_balanced(&page);
    for histogram in ["grpc_client_msg_recv_handling_seconds", "grpc_client_msg_send_handling_seconds"] {
        assert!((page.sum(&format!("{histogram}_count"), &METHOD) - 1.0).abs() < 0.1, "{histogram}");
    }
}
