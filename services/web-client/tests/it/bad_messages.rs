//! What is not a message is a 400 problem document, and never reaches the server.

use crate::lab::{self, Web};

#[tokio::test]
async fn is_refused_with_the_reason() {
    let server = lab::echo_server().await;
    let web = Web::of(server.addr()).await;
    let long = format!("/echo?m={}", "x".repeat(4097));
    for (path, reason) in [
        ("/echo", "missing"),
        ("/echo?x=1", "missing"),
        ("/echo?m=", "empty"),
        ("/echo?m=%ff", "not UTF-8"),
        (&long, "4097 bytes; at most 4096"),
    ] {
        let (status, problem) = web.problem(path).await;
        assert_eq!((status, problem["title"].as_str()), (400, Some("Bad Request")));
        assert!(problem["detail"].as_str().unwrap().contains(reason), "{problem}");
    }
    assert!(web.scrape().await.sum("grpc_client_started_total", &[]) < 0.5);

    let longest = web.get(&format!("/echo?m={}", "x".repeat(4096))).await;
    assert_eq!(longest.status(), 200);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let web = Web::of(testkit::listener().await.local_addr().unwrap()).await;
    assert_eq!(web.problem("/nowhere").await.0, 404);
    let post = reqwest::Client::builder().no_proxy().build().unwrap().post(web.running.url("/echo?m=x"));
    let response = post.send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}
