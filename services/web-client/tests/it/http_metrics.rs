//! Requests are timed by declared route, never by requested path.

use reqwest::Method;

use crate::support::{self, Web};

#[tokio::test]
async fn labels_are_bounded() {
    let server = support::echo_server().await;
    let web = Web::of(server.addr()).await;
    web.get("/echo?m=x").await;
    web.get("/echo").await;
    for path in ["/a", "/b", "/c?d=e"] {
        web.get(path).await;
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for method in ["BREW", "WHEN"] {
        http.request(Method::from_bytes(method.as_bytes()).unwrap(), web.running.url("/a"))
            .send()
            .await
            .unwrap();
    }
    web.get("/healthz").await;

    let scrape = web.scrape().await;
    let mut counts: Vec<(String, f64)> = scrape
        .page()
        .series("http_server_request_duration_seconds_count")
        .iter()
        .map(|sample| {
            let label = |name| sample.labels.get(name).unwrap_or("");
            let text = format!(
                "{} {} {} {}{}",
                label("http_request_method"),
                label("http_route"),
                label("http_response_status_code"),
                label("url_scheme"),
                label("error_type"),
            );
            (text, sample.value)
        })
        .collect();
    counts.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("GET  404 http", 3.0),
        ("GET /echo 200 http", 1.0),
        ("GET /echo 400 http", 1.0),
        ("_OTHER  404 http", 2.0),
    ];
    assert_eq!(counts, expected.map(|(text, count)| (text.to_owned(), count)));
}
