//! The page of the page routes, and the hashed files.

use crate::support::{Console, Files, problem_of};
use reqwest::Method;

#[tokio::test]
async fn page_routes_serve_one_page_with_the_token_and_no_store() {
    let web = Console::start().await;
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
async fn other_paths_are_not_found() {
    let web = Console::start().await;
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
async fn a_browser_gets_a_page_for_a_path_that_does_not_exist() {
    let web = Console::start().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in [
        "/nosuch",
        "/tutorials/1/",
        "/tutorials/6",
        "/tutorials/%ff",
        "/d/",
        "/d/%ff",
        "/d/a/%ff",
        "/t/%c3%28",
        "/t/a/b",
    ] {
        let response = web.request(Method::GET, path).header("accept", browser).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(response.text().await.unwrap().contains("<title>Lookout</title>"), "{path}");
        assert_eq!(web.problem(path).await.0, 404, "{path} without accept");
    }
    for path in ["/api/nosuch", "/assets/none.js", "/api/dashboards/%ff"] {
        let response = web.request(Method::GET, path).header("accept", browser).send().await.unwrap();
        let status = response.status().as_u16();
        assert!(matches!(status, 400 | 404), "{path}: {status}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn hashed_files_are_immutable_and_compressed_if_accepted() {
    let files = Files::new()
        .with("web/assets/app-1a2b.js", "plain")
        .with("web/assets/app-1a2b.js.br", "brotli")
        .with("web/assets/app-1a2b.js.gz", "gzip")
        .with("web/assets/look-3c4d.css", "only plain");
    let web = Console::with(files, |_| {}).await;
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
async fn files_are_read_only() {
    let web = Console::with(Files::new().with("web/assets/app-1a2b.js", "1;"), |_| {}).await;
    let request = web.change(Method::POST, "/assets/app-1a2b.js").await;
    let response = request.send().await.unwrap();
    assert_eq!(problem_of(response).await.0, 405);
}

#[tokio::test]
async fn a_missing_folder_is_named_in_the_problem() {
    let web = Console::with(Files::new(), |config| config.console_assets = "/nowhere/web".into()).await;
    let (status, problem) = web.problem("/").await;
    assert_eq!(status, 503);
    assert!(problem["detail"].as_str().unwrap().contains("/nowhere/web/index.html"), "{problem}");
    assert_eq!(web.problem("/assets/app.js").await.0, 404);
}

#[tokio::test]
async fn a_page_without_a_head_is_not_served() {
    let web = Console::with(Files::new().with("web/index.html", "<p>no head"), |_| {}).await;
    let (status, problem) = web.problem("/").await;
    assert_eq!(status, 503);
    assert!(problem["detail"].as_str().unwrap().contains("<head>"), "{problem}");
}

#[tokio::test]
async fn a_file_is_sent_again_only_if_it_has_changed() {
    let web = Console::with(Files::new().with("web/assets/app-1a2b.js", "1;"), |_| {}).await;
    let path = "/assets/app-1a2b.js";
    let etag = web.get(path).await.headers()["etag"].clone();
    let again = web.request(Method::GET, path).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &etag));
    assert_eq!(again.headers()["cache-control"], "public, max-age=31536000, immutable");
    let other = web.request(Method::GET, path).header("if-none-match", "\"other\"").send().await.unwrap();
    assert_eq!(other.status(), 200);
}
