//! The page for the page routes, and hashed files for ever.

use reqwest::Method;

use crate::lab::{Files, Web, problem_of};

#[tokio::test]
async fn page_routes_share_one_page_that_no_cache_keeps() {
    let web = Web::start().await;
    let token = web.token().await;
    for path in [
        "/",
        "/tutorials/1",
        "/tutorials/5",
        "/d/orders",
        "/d/orders/orders?from=now-5m",
        "/t",
        "/t/4bf92f35",
    ] {
        let response = web.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8", "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
        let text = response.text().await.unwrap();
        let expected =
            format!(r#"<head><meta name="console-token" content="{token}"><title>Lookout</title>"#);
        assert!(text.contains(&expected), "{path}: {text}");
    }
}

#[tokio::test]
async fn all_else_is_not_there() {
    let web = Web::start().await;
    for path in [
        "/index.html",
        "/tutorials",
        "/tutorials/0",
        "/tutorials/6",
        "/tutorials/1/x",
        "/d",
        "/d/",
        "/t/a/b",
        "/favicon.ico",
        "/assets",
        "/assets/",
        "/assets/none.js",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets/..%2findex.html",
        "/api",
    ] {
        assert_eq!(web.problem(path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_sent_compressed_to_who_takes_it() {
    let files = Files::new()
        .with("web/assets/app-1a2b.js", "plain")
        .with("web/assets/app-1a2b.js.br", "brotli")
        .with("web/assets/app-1a2b.js.gz", "gzip")
        .with("web/assets/look-3c4d.css", "only plain");
    let web = Web::with(files, |_| {}).await;
    for (path, accepts, encoding, kind, body) in [
        ("/assets/app-1a2b.js", "", None, "text/javascript", "plain"),
        ("/assets/app-1a2b.js", "gzip, deflate, br", Some("br"), "text/javascript", "brotli"),
        ("/assets/app-1a2b.js", "gzip", Some("gzip"), "text/javascript", "gzip"),
        ("/assets/look-3c4d.css", "gzip, br", None, "text/css", "only plain"),
    ] {
        let request = web.request(Method::GET, path).header("accept-encoding", accepts);
        let response = request.send().await.unwrap();
        let headers = response.headers().clone();
        assert_eq!(response.text().await.unwrap(), body, "{path} {accepts}");
        assert_eq!(headers.get("content-encoding").map(|it| it.to_str().unwrap()), encoding);
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind), "{headers:?}");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["vary"], "accept-encoding");
    }
    let missing = web.get("/assets/none.js").await;
    assert_eq!(missing.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn files_cannot_be_changed() {
    let web = Web::with(Files::new().with("web/assets/app-1a2b.js", "1;"), |_| {}).await;
    let request = web.change(Method::POST, "/assets/app-1a2b.js").await;
    let response = request.send().await.unwrap();
    assert_eq!(problem_of(response).await.0, 405);
}

#[tokio::test]
async fn a_missing_folder_is_answered_with_its_name() {
    let web = Web::with(Files::new(), |config| config.console_assets = "/nowhere/web".into()).await;
    let (status, problem) = web.problem("/").await;
    assert_eq!(status, 503);
    assert!(problem["detail"].as_str().unwrap().contains("/nowhere/web/index.html"), "{problem}");
    assert_eq!(web.problem("/assets/app.js").await.0, 404);
}

#[tokio::test]
async fn a_page_that_cannot_hold_the_token_is_not_sent() {
    let web = Web::with(Files::new().with("web/index.html", "<p>no head"), |_| {}).await;
    let (status, problem) = web.problem("/").await;
    assert_eq!(status, 503);
    assert!(problem["detail"].as_str().unwrap().contains("<head>"), "{problem}");
}
