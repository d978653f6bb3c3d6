//! The page places and lists orders without its script, and shows a rejected form again.

use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::order_server::{NOBODY, OrderServer};
use crate::support::Web;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn open(web: &Web, path: &str) -> (u16, String) {
    let request = web.http.get(web.running.url(path)).header(ACCEPT, BROWSER);
    page_of(request.send().await.unwrap()).await
}

async fn page_of(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(response.headers()["vary"], "accept");
    (status, response.text().await.unwrap())
}

async fn send(web: &Web, form: &str) -> Response {
    let request = web.http.post(web.running.url("/orders")).header(ACCEPT, BROWSER).body(form.to_owned());
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap()
}

fn key_of(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"idempotency_key\" value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

#[tokio::test]
async fn the_form_places_an_order_once_even_if_sent_twice() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let (status, page) = open(&web, "/orders").await;
    assert_eq!(status, 200);
    assert!(page.contains("action=\"/orders\"") && page.contains("method=\"post\""));
    let form = format!("idempotency_key={}&customer=%3Cb%3E&sku=tea&quantity=2&price=4.20", key_of(&page));
    for _ in 0..2 {
        let response = send(&web, &form).await;
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], "/orders?placed=order%201");
    }
    let (status, page) = open(&web, "/orders?placed=order%201").await;
    assert_eq!(status, 200);
    for part in [
        "Order placed",
        "href=\"/orders/order%201\"",
        "&lt;b&gt;",
        "8.40",
        "2 × tea",
        ">placed<",
        "00:00:00 UTC",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert_eq!(page.matches("<li data-id=\"order 1\"").count(), 1);
}

#[tokio::test]
async fn a_rejected_form_is_shown_again_with_its_errors() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let form = |customer: &str, price: &str| {
        format!("idempotency_key=mine&customer={customer}&sku=%22tea%22&quantity=2&price={price}")
    };
    for (form, expected_detail) in [
        (form(NOBODY, "4"), "<code>items[0].sku</code> there is no such article"),
        (form("Ada", "cheap"), "<code>items[0].price</code> expected a price"),
    ] {
        let (status, page) = page_of(send(&web, &form).await).await;
        assert_eq!(status, 400);
        assert!(page.contains(expected_detail), "{expected_detail} in {page}");
        assert!(page.contains("value=\"&quot;tea&quot;\""), "what was typed is still in the form");
        assert_eq!(key_of(&page), "mine");
    }
    let (status, page) = page_of(send(&web, &form("6", "4")).await).await;
    assert_eq!(status, 409);
    assert_ne!(key_of(&page), "mine", "that key is another order's");
}

#[tokio::test]
async fn older_orders_are_linked_and_not_followed() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    for _ in 0..3 {
        assert_eq!(send(&web, "customer=Ada&sku=tea&quantity=1&price=1").await.status(), 303);
    }
    let (_, page) = open(&web, "/orders").await;
    assert!(page.contains("href=\"/orders?page_token=2\"") && page.contains("data-follow"), "{page}");
    let (_, page) = open(&web, "/orders?page_token=2").await;
    assert!(page.contains("<li data-id=\"order 1\"") && !page.contains("data-follow"), "{page}");
    assert!(page.contains("<a href=\"/orders\">Newest</a>"), "{page}");
}

#[tokio::test]
async fn the_page_loads_only_its_own_files_and_the_pages_link_to_each_other() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let (_, page) = open(&web, "/orders").await;
    assert_eq!(page.matches(" src=\"").count(), page.matches(" src=\"/").count());
    assert!(page.contains("src=\"/orders.js\"") && !page.contains("style=") && !page.contains("onclick"));
    assert!(page.contains("<a href=\"/orders\" aria-current=\"page\">Orders</a>"), "{page}");
    let script = web.get("/orders.js").await;
    assert_eq!(script.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
    let (_, echo) = open(&web, "/").await;
    assert!(echo.contains("<a href=\"/orders\">Orders</a>"));
}

#[tokio::test]
async fn the_page_reports_an_unavailable_service() {
    let unused = testkit::listener().await.local_addr().unwrap();
    let web = Web::with_orders(unused).await;
    let (status, page) = open(&web, "/orders").await;
    assert_eq!(status, 503);
    for part in
        ["503 Service Unavailable", "name=\"customer\"", "order service is unavailable", "data-follow"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
}
