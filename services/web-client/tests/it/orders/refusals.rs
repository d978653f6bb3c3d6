//! An order that cannot be placed is a problem document, field by field where the server says so.

use serde_json::{Value, json};

use crate::lab::{self, Web};
use crate::order_server::{NOBODY, OrderServer};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

async fn refused(web: &Web, kind: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = web.http.post(web.running.url("/orders")).header("content-type", kind).body(body);
    lab::problem_of(request.send().await.unwrap()).await
}

fn order_of(customer: &str) -> String {
    json!({ "customer": customer, "items": [] }).to_string()
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let (status, problem) = refused(&web, JSON, order_of(NOBODY)).await;
    assert_eq!((status, problem["grpc_code"].as_str()), (400, Some("InvalidArgument")));
    assert_eq!(problem["detail"], "the call ended with InvalidArgument: 2 fields are wrong");
    let expected = json!([
        { "field": "customer", "description": "nobody cannot order" },
        { "field": "items[0].sku", "description": "there is no such article" },
    ]);
    assert_eq!(problem["errors"], expected);
}

#[tokio::test]
async fn each_code_has_its_status_and_no_errors() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for (number, status, code) in [
        (6, 409, "AlreadyExists"),
        (8, 429, "ResourceExhausted"),
        (13, 500, "Internal"),
        (14, 503, "Unavailable"),
    ] {
        let (answered, problem) = refused(&web, JSON, order_of(&number.to_string())).await;
        assert_eq!((answered, problem["grpc_code"].as_str()), (status, Some(code)));
        assert!(problem.get("errors").is_none(), "{problem}");
    }
    lab::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn no_reply_within_the_deadline_is_a_504() {
    let server = OrderServer::start().await;
    let web = Web::with_orders_in_a_hurry(server.addr()).await;
    let (status, problem) = refused(&web, JSON, order_of("never")).await;
    assert_eq!((status, problem["grpc_code"].as_str()), (504, Some("DeadlineExceeded")));
    lab::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn what_cannot_be_read_never_reaches_the_server() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for (kind, body, status, said) in [
        (JSON, "{", 400, "EOF"),
        (JSON, "{}", 400, "missing field `customer`"),
        (JSON, r#"{"customer":"Ada","items":[],"colour":1}"#, 400, "unknown field `colour`"),
        (
            JSON,
            r#"{"customer":"Ada","items":[{"sku":"tea","quantity":-1,"price_cents":1}]}"#,
            400,
            "expected u32",
        ),
        ("text/plain", "tea", 415, "\"text/plain\", expected application/json"),
        (FORM, "customer=Ada&sku=tea&quantity=x&price=1", 400, "cannot be read"),
    ] {
        let (answered, problem) = refused(&web, kind, body).await;
        assert_eq!(answered, status, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(said), "{problem}");
    }
    let (_, problem) = refused(&web, FORM, "customer=Ada&sku=tea&quantity=1&price=1e9").await;
    assert_eq!(problem["errors"][0]["field"], "items[0].price");
    assert_eq!(refused(&web, JSON, vec![b' '; 64 * 1024 + 1]).await.0, 413);
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_service_that_is_down_is_a_503() {
    let server = OrderServer::start().await;
    let address = server.addr();
    server.stop().await;
    let web = Web::with_orders(address).await;
    let (status, problem) = refused(&web, JSON, order_of("Ada")).await;
    assert_eq!((status, problem["grpc_code"].as_str()), (503, Some("Unavailable")));
    assert_eq!(web.problem("/orders").await.0, 503);
    assert_eq!(web.problem("/orders/events").await.0, 503);
    lab::assert_balanced(&web.scrape().await);
}
