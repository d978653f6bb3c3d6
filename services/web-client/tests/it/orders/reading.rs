//! `GET /orders` and `GET /orders/{id}` for programs.

use serde_json::Value;

use crate::order_server::OrderServer;
use crate::support::Web;

async fn place(web: &Web, customers: &[&str]) {
    for customer in customers {
        let form = [("customer", *customer), ("sku", "tea"), ("quantity", "1"), ("price", "1")];
        let body = form.map(|(name, value)| format!("{name}={value}")).join("&");
        let request = web.http.post(web.running.url("/orders")).body(body);
        let response =
            request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert_eq!(response.status(), 201);
    }
}

#[tokio::test]
async fn the_list_is_returned_page_by_page() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    place(&web, &["a", "b", "c"]).await;
    let response = web.get("/orders?page_size=7").await;
    assert_eq!(response.headers()["vary"], "accept");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let list: Value = response.json().await.unwrap();
    let customers = |list: &Value| -> Vec<String> {
        list["orders"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["customer"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (customers(&list), list["next_page_token"].as_str()),
        (vec!["c".into(), "b".into()], Some("2"))
    );
    let list: Value = web.get("/orders?page_token=2").await.json().await.unwrap();
    assert_eq!((customers(&list), list["next_page_token"].as_str()), (vec!["a".into()], Some("")));
    let pages: Vec<_> = server.calls().into_iter().map(|call| call.page).collect();
    assert_eq!(pages[3..], [(7, String::new()), (0, "2".to_owned())]);
}

#[tokio::test]
async fn a_missing_order_is_a_problem_document() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let (status, problem) = web.problem("/orders/nowhere").await;
    assert_eq!((status, problem["grpc_code"].as_str()), (404, Some("NotFound")));
    for path in ["/orders?page_size=-1", "/orders?page_size=many", "/orders/%ff", "/orders/events?id=a&id=b"]
    {
        assert_eq!(web.problem(path).await.0, 400, "{path}");
    }
    assert_eq!(web.problem("/orders/a/b").await.0, 404);
}

#[tokio::test]
async fn without_an_order_service_its_paths_do_not_exist() {
    let server = OrderServer::start().await;
    let web = Web::of(server.addr()).await;
    for path in ["/orders", "/orders/events", "/orders/x", "/orders.js"] {
        let (status, problem) = web.problem(path).await;
        assert_eq!((status, problem["detail"].as_str().unwrap()), (404, &*format!("there is no {path}")));
    }
    assert!(!web.scrape().await.has("grpc_client_started_total", &[("grpc_method", "Create")]));
}
