//! Requests that are refused, and the headers of every response.

use crate::support::{Console, Files, problem_of};
use reqwest::{Method, StatusCode};
use testkit::hostile::{assert_refuses_hostile_requests, assert_serves_healthz};

const PATHS: [&str; 9] = [
    "/",
    "/d/orders",
    "/assets/app-1a2b.js",
    "/assets/none.js",
    "/nowhere",
    "/api/lab",
    "/api/dashboards/none",
    "/metrics",
    "/healthz",
];

async fn web() -> Console {
    Console::with(Files::new().with("web/assets/app-1a2b.js", "1;"), |_| {}).await
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let web = web().await;
    for path in PATHS {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
            let response = web.request(method.clone(), path).send().await.unwrap();
            let headers = response.headers();
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self';"),
                "{method} {path}: {policy}"
            );
            assert!(!policy.contains("unsafe"), "{policy}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(headers[name], value, "{method} {path}");
            }
            assert!(headers.get("access-control-allow-origin").is_none(), "{method} {path}");
            assert!(headers.contains_key("cache-control"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_foreign_host_is_refused_except_for_metrics_and_health() {
    let web = web().await;
    for path in PATHS {
        let response =
            web.request(Method::GET, path).header("host", "evil.example:8000").send().await.unwrap();
        if ["/metrics", "/healthz"].contains(&path) {
            assert_eq!(response.status(), 200, "{path}");
        } else {
            let (status, problem) = problem_of(response).await;
            let own = web.running.addr().to_string();
            assert_eq!(
                (status, problem["detail"].as_str().unwrap()),
                (421, &*format!("the host must be {own}"))
            );
        }
    }
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let web = web().await;
    assert_refuses_hostile_requests(web.running.addr()).await;
    assert_serves_healthz(web.running.addr()).await;
}

#[tokio::test]
async fn a_query_that_is_not_text_is_refused_with_the_parameter() {
    let web = web().await;
    for path in ["/api/traces?service=%ff", "/api/traces?service=a%E2%80%AEb"] {
        let (status, problem) = web.problem(path).await;
        assert_eq!(status, 400, "{path}");
        assert!(problem["detail"].as_str().unwrap().starts_with("the parameter service "), "{problem}");
    }
}

#[tokio::test]
async fn an_added_host_is_accepted_with_its_own_origin_and_others_are_still_refused() {
    let added = "lab.example:9000";
    let web = Console::with(Files::new(), |config| config.console_hosts.push(added.to_owned())).await;
    let status = async |host: &str| {
        web.request(Method::GET, "/api/lab").header("host", host).send().await.unwrap().status()
    };
    assert_eq!(status(added).await, StatusCode::OK);
    assert_eq!(status(&web.running.addr().to_string()).await, StatusCode::OK, "the default stays");
    for foreign in ["lab.example", "lab.example:9001", "other.example:9000"] {
        assert_eq!(status(foreign).await, StatusCode::MISDIRECTED_REQUEST, "{foreign}");
    }
    for (origin, expected) in [("http://lab.example:9000", 404), ("http://evil.example", 403)] {
        let change = web.change(Method::POST, "/nowhere").await.header("host", added);
        let (status, _) = problem_of(change.header("origin", origin).send().await.unwrap()).await;
        assert_eq!(status, expected, "{origin}");
    }
}

#[tokio::test]
async fn a_change_without_the_token_is_refused() {
    let web = web().await;
    for path in ["/api/faults/errors", "/api/load", "/api/actions/echo", "/nowhere"] {
        for method in [Method::POST, Method::DELETE] {
            let bare = web.request(method.clone(), path).send().await.unwrap();
            assert_eq!(problem_of(bare).await.0, 403, "{method} {path}");
            let wrong = web.request(method.clone(), path).header("x-console-token", "0".repeat(32));
            assert_eq!(problem_of(wrong.send().await.unwrap()).await.0, 403, "{method} {path}");
        }
    }
    let right = web.change(Method::POST, "/nowhere").await.send().await.unwrap();
    assert_eq!(problem_of(right).await.0, 404);
}

#[tokio::test]
async fn a_cross_site_change_is_refused_even_with_the_token() {
    let web = web().await;
    for (name, value) in
        [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let request = web.change(Method::POST, "/nowhere").await.header(name, value);
        let (status, problem) = problem_of(request.send().await.unwrap()).await;
        assert_eq!(
            (status, &problem["detail"]),
            (403, &"this request is allowed only from the service's own pages".into())
        );
    }
    let own = format!("http://{}", web.running.addr());
    let request = web.change(Method::POST, "/nowhere").await;
    let request = request.header("origin", own).header("sec-fetch-site", "same-origin");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_token_changes_at_each_start() {
    assert_ne!(web().await.token().await, web().await.token().await);
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused() {
    let web = web().await;
    let path = "/api/dashboards/none/data";
    for (size, expected) in [(64 << 10, 422), ((64 << 10) + 1, 413)] {
        let body = format!("\"{}\"", "x".repeat(size - 2));
        let request = web.request(Method::POST, path).header("content-type", "application/json").body(body);
        assert_eq!(problem_of(request.send().await.unwrap()).await.0, expected, "{size}");
    }
}

#[tokio::test]
async fn an_extractor_error_is_a_problem_with_its_reason() {
    let web = web().await;
    let request = web.request(Method::POST, "/api/dashboards/none/data").body("{}");
    let (status, problem) = problem_of(request.send().await.unwrap()).await;
    assert_eq!(status, 415);
    assert!(problem["detail"].as_str().unwrap().contains("application/json"), "{problem}");
}
