//! Requests that reach no handler, and the files of the pages.

use testkit::hostile::{assert_refuses_hostile_requests, assert_serves_healthz, send};

use crate::order_server::OrderServer;
use crate::support::Web;

async fn web() -> Web {
    Web::with_orders(OrderServer::start().await.addr()).await
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let web = web().await;
    assert_refuses_hostile_requests(web.running.addr()).await;
    assert_serves_healthz(web.running.addr()).await;
}

#[tokio::test]
async fn an_order_from_a_page_of_another_site_is_refused() {
    let web = web().await;
    for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "same-site")] {
        let order = web.http.post(web.running.url("/orders")).header(name, value);
        let order = order.header("content-type", "application/x-www-form-urlencoded").body("customer=Ada");
        assert_eq!(order.send().await.unwrap().status(), 403, "{name}: {value}");
    }
    assert!(web.scrape().await.sum("grpc_client_started_total", &[("grpc_method", "Create")]) < 0.5);
}

#[tokio::test]
async fn an_asset_is_sent_again_only_if_it_has_changed() {
    let web = web().await;
    for path in ["/page.css", "/page.js", "/icon.svg", "/echo.js", "/orders.js"] {
        let first = web.get(path).await;
        let etag = first.headers()["etag"].clone();
        let request = |etag: &str| web.http.get(web.running.url(path)).header("if-none-match", etag).send();
        let again = request(etag.to_str().unwrap()).await.unwrap();
        assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &etag), "{path}");
        assert_eq!(again.text().await.unwrap(), "");
        assert_eq!(request("\"other\"").await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn options_and_405_list_the_methods_of_a_path() {
    let web = web().await;
    let addr = web.running.addr();
    for (path, allow) in [("/", "get,head,options"), ("/orders", "get,head,post,options")] {
        for (method, status) in [("OPTIONS", 204), ("DELETE", 405)] {
            let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let response = send(addr, request.as_bytes()).await;
            assert_eq!(
                (response.status(), response.header("allow")),
                (status, Some(allow)),
                "{method} {path}"
            );
        }
    }
}
