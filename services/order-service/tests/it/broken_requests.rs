//! Requests that are not ended, or are not gRPC, place no order.

use http::StatusCode;
use prost::Message;
use testkit::eventually;
use testkit::grpc::raw::{Disconnect, RawCall, request};

use crate::support::{Service, TIMEOUT, list, tea};

const CREATE: &str = "/go.micro.srv.order.Order/Create";
const FAILED: &[(&str, &str)] = &[("method", "Order.Create"), ("status", "fail")];

fn framed(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    [&[0][..], &(message.len() as u32).to_be_bytes(), &message].concat()
}

#[tokio::test]
async fn a_request_that_its_client_does_not_end_places_no_order() {
    let service = Service::start().await;
    let mut calls = 0.0;
    for disconnect in Disconnect::ALL {
        calls += 1.0;
        let mut call = RawCall::open(service.addr(), request(service.addr(), CREATE)).await;
        call.send(&framed(&tea(&format!("key-{calls}"))));
        // The service has read the headers and the message once it responds to a later call.
        list(&service.client().await, 10).await;
        call.disconnect(disconnect);
        eventually(TIMEOUT, async || service.scrape().await.value("micro_request_total", FAILED) == calls)
            .await;
    }
    assert!(list(&service.client().await, 10).await.is_empty());
}

#[tokio::test]
async fn a_request_that_is_not_grpc_is_refused_and_counted() {
    let service = Service::start().await;
    for (content_type, status) in [
        ("application/grpc", StatusCode::OK),
        ("application/grpc-web+proto", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let uri = format!("http://{}{CREATE}", service.addr());
        let builder = http::Request::post(uri).header("content-type", content_type);
        let mut call = RawCall::open(service.addr(), builder).await;
        call.send(&framed(&tea("a-key-of-one-order")));
        assert_eq!(call.end().await.expect("a response").status, status, "{content_type}");
    }
    let url = format!("http://{}{CREATE}", service.addr());
    let http1 = reqwest::Client::builder().no_proxy().build().expect("a client").post(url);
    let response = http1.header("content-type", "application/grpc").send().await.expect("a response");
    assert_eq!(response.status(), StatusCode::HTTP_VERSION_NOT_SUPPORTED);
    let scrape = service.scrape().await;
    for (reason, count) in [("content_type", 2.0), ("http_version", 1.0)] {
        assert_eq!(scrape.value("grpc_server_refused_total", &[("reason", reason)]), count, "{reason}");
    }
    assert_eq!(scrape.sum("micro_request_total", &[("method", "Order.Create")]), 1.0);
    assert_eq!(list(&service.client().await, 10).await.len(), 1);
}
