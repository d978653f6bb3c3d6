//! A rejected order is a problem document, with the fields' errors if the server reports them.

use serde_json::{Value, json};

use crate::order_server::{NOBODY, OrderServer};
use crate::support::{self, Web};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

async fn refused(web: &Web, kind: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = web.http.post(web.running.url("/orders")).header("content-type", kind).body(body);
    support::problem_of(request.send().await.unwrap()).await
}

fn order_of(customer: &str) -> String {
    json!({ "customer": customer, "items": [] }).to_string()
}

#[tokio::test]
async fn invalid_fields_are_named() {
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
async fn each_code_has_its_status_and_no_field_errors() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for (number, status, code) in [
        (6, 409, "AlreadyExists"),
        (8, 429, "ResourceExhausted"),
        (13, 500, "Internal"),
        (14, 503, "Unavailable"),
    ] {
        let (actual, problem) = refused(&web, JSON, order_of(&number.to_string())).await;
        assert_eq!((actual, problem["grpc_code"].as_str()), (status, Some(code)));
        assert!(problem.get("errors").is_none(), "{problem}");
    }
    support::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn a_missed_deadline_is_a_504() {
    let server = OrderServer::start().await;
    let web = Web::with_orders_and_a_short_deadline(server.addr()).await;
    let (status, problem) = refused(&web, JSON, order_of("never")).await;
    assert_eq!((status, problem["grpc_code"].as_str()), (504, Some("DeadlineExceeded")));
    support::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn an_unparsable_body_never_reaches_the_server() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for (kind, body, status, expected_detail) in [
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
        let (actual, problem) = refused(&web, kind, body).await;
        assert_eq!(actual, status, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(expected_detail), "{problem}");
    }
    let (_, problem) = refused(&web, FORM, "customer=Ada&sku=tea&quantity=1&price=1e9").await;
    assert_eq!(problem["errors"][0]["field"], "items[0].price");
    assert_eq!(refused(&web, JSON, vec![b' '; 64 * 1024 + 1]).await.0, 413);
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn an_unavailable_service_is_a_503() {
    let server = OrderServer::start().await;
    let address = server.addr();
    server.stop().await;
    let web = Web::with_orders(address).await;
    let (status, problem) = refused(&web, JSON, order_of("Ada")).await;
    assert_eq!((status, problem["grpc_code"].as_str()), (503, Some("Unavailable")));
    assert_eq!(web.problem("/orders").await.0, 503);
    assert_eq!(web.problem("/orders/events").await.0, 503);
    support::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn text_is_checked_in_forms_and_json_and_the_field_is_named() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for (customer, reason) in [
        ("%ff", "is not UTF-8"),
        ("%ED%A0%80", "is not UTF-8"),
        ("A%E2%80%8Bda", "contains U+200B"),
        ("A%E2%80%AEda", "contains U+202E"),
        ("A%0Ada", "contains U+000A"),
    ] {
        let (status, problem) = refused(&web, FORM, format!("customer={customer}&sku=tea")).await;
        assert_eq!((status, problem["errors"][0]["field"].as_str()), (400, Some("customer")), "{problem}");
        assert!(problem["errors"][0]["description"].as_str().unwrap().starts_with(reason), "{problem}");
    }
    for body in [&br#"{"customer": "\ud800", "items": []}"#[..], b"{\"customer\": \"\xff\", \"items\": []}"] {
        assert_eq!(refused(&web, JSON, body).await.0, 400);
    }
    for path in ["/orders?page_token=%ff", "/orders/events?id=%ff", "/orders/%ff"] {
        let (status, problem) = web.problem(path).await;
        assert_eq!(status, 400, "{path}: {problem}");
    }
    assert!(web.scrape().await.sum("grpc_client_started_total", &[]) < 0.5);
}
