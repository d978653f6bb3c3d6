//! `POST /orders` places an order once per idempotency key.

use reqwest::Response;
use serde_json::{Value, json};

use crate::order_server::OrderServer;
use crate::support::{self, Web};

fn two_teas() -> Value {
    json!({ "customer": "Ada", "items": [{ "sku": "tea", "quantity": 2, "price_cents": 420 }] })
}

async fn place(web: &Web, key: Option<&str>) -> Response {
    let mut request = web.http.post(web.running.url("/orders")).json(&two_teas());
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_response_is_the_order_and_its_address() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let response = place(&web, None).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/orders/order%201");
    assert_eq!(response.headers()["content-type"], "application/json");
    let order: Value = response.json().await.unwrap();
    let mut expected = two_teas();
    for (name, value) in [
        ("id", json!("order 1")),
        ("total_cents", json!(840)),
        ("state", json!("placed")),
        ("created_at", json!("2026-01-01T00:00:00Z")),
        ("updated_at", json!("2026-01-01T00:00:00.250Z")),
    ] {
        expected[name] = value;
    }
    assert_eq!(order, expected);
    assert_eq!(web.get("/orders/order%201").await.json::<Value>().await.unwrap(), expected);
}

#[tokio::test]
async fn the_key_and_the_deadline_are_passed_on() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for key in ["first", "\"first\"", "second"] {
        assert_eq!(place(&web, Some(key)).await.status(), 201);
    }
    let calls = server.calls();
    assert_eq!(calls.iter().map(|call| &*call.key).collect::<Vec<_>>(), ["first", "first", "second"]);
    assert!(calls.iter().all(|call| call.timeout.as_deref() == Some("5000m")), "{calls:?}");
    let list: Value = web.get("/orders").await.json().await.unwrap();
    assert_eq!(list["orders"].as_array().unwrap().len(), 2, "the first key's order was placed once");
}

#[tokio::test]
async fn a_request_without_a_key_gets_a_new_one() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for key in [None, Some(""), None] {
        assert_eq!(place(&web, key).await.status(), 201);
    }
    let mut keys: Vec<String> = server.calls().into_iter().map(|call| call.key).collect();
    keys.dedup();
    assert!(keys.len() == 3 && keys.iter().all(|key| key.len() == 36), "{keys:?}");
}

#[tokio::test]
async fn a_form_without_accept_html_gets_json() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let form = "customer=Ada&sku=tea&quantity=2&price=4.20&sku=cup&quantity=1&price=9";
    let request = web.http.post(web.running.url("/orders")).body(form);
    let response = request
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    let order: Value = response.json().await.unwrap();
    assert_eq!(order["total_cents"], 2 * 420 + 900);
}

#[tokio::test]
async fn each_call_is_counted_by_its_method() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    place(&web, None).await;
    web.get("/orders").await;
    web.get("/orders/order%201").await;
    web.get("/orders/order%202").await;
    let scrape = web.scrape().await;
    for (method, code, count) in
        [("Create", "OK", 1.0), ("List", "OK", 1.0), ("Get", "OK", 1.0), ("Get", "NotFound", 1.0)]
    {
        let labels =
            [("grpc_service", "go.micro.srv.order.Order"), ("grpc_method", method), ("grpc_code", code)];
        assert!((scrape.value("grpc_client_handled_total", &labels) - count).abs() < 0.1, "{method} {code}");
    }
    support::assert_balanced(&scrape);
    let route = [("http_route", "/orders/{id}"), ("http_response_status_code", "404")];
    assert!((scrape.value("http_server_request_duration_seconds_count", &route) - 1.0).abs() < 0.1);
}
