//! A failed call is a problem document with the HTTP status of its gRPC code, and is counted with that code.

use std::time::Instant;

use testkit::eventually;

use crate::support::{self, DEADLINE, TIMEOUT, Web};

#[tokio::test]
async fn each_code_has_its_status() {
    let server = support::scripted_server().await;
    let web = Web::of(server.addr()).await;
    let expected = [
        (1, 499, "Canceled"),
        (2, 500, "Unknown"),
        (5, 404, "NotFound"),
        (8, 429, "ResourceExhausted"),
        (14, 503, "Unavailable"),
    ];
    for (number, status, code) in expected {
        let (actual, problem) = web.problem(&format!("/echo?m={number}")).await;
        assert_eq!((actual, problem["grpc_code"].as_str()), (status, Some(code)));
        assert!(problem["detail"].as_str().unwrap().ends_with("as requested"), "{problem}");
    }
    let scrape = web.scrape().await;
    for (_, _, code) in expected {
        assert!((scrape.value("grpc_client_handled_total", &[("grpc_code", code)]) - 1.0).abs() < 0.1);
    }
    support::assert_balanced(&scrape);
}

#[tokio::test]
async fn the_clients_deadline_is_a_504_and_counted_as_deadline_exceeded() {
    let server = support::scripted_server().await;
    let web = Web::of(server.addr()).await;
    let start = Instant::now();
    let (status, problem) = web.problem("/echo?m=never").await;
    assert!(start.elapsed() >= DEADLINE && start.elapsed() < DEADLINE * 4, "{:?}", start.elapsed());
    assert_eq!((status, problem["grpc_code"].as_str()), (504, Some("DeadlineExceeded")));
    let scrape = web.scrape().await;
    assert!(
        (scrape.value("grpc_client_handled_total", &[("grpc_code", "DeadlineExceeded")]) - 1.0).abs() < 0.1
    );
    support::assert_balanced(&scrape);
}

#[tokio::test]
async fn a_refused_connection_is_a_503_and_the_service_stays_healthy() {
    let listener = testkit::listener().await;
    let unused = listener.local_addr().unwrap();
    drop(listener);
    let web = Web::of(unused).await;
    let (status, problem) = web.problem("/echo?m=x").await;
    assert_eq!((status, problem["grpc_code"].as_str()), (503, Some("Unavailable")));
    assert_eq!(web.get("/healthz").await.status(), 200);
    let scrape = web.scrape().await;
    assert!((scrape.value("grpc_client_handled_total", &[("grpc_code", "Unavailable")]) - 1.0).abs() < 0.1);
    support::assert_balanced(&scrape);
}

#[tokio::test]
async fn a_peer_that_accepts_and_sends_nothing_is_a_504() {
    let silent = testkit::listener().await;
    let web = Web::of(silent.local_addr().unwrap()).await;
    assert_eq!(web.problem("/echo?m=x").await.0, 504);
    support::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn a_peer_that_closes_the_connection_is_a_problem_document() {
    let rude = testkit::start(|listener, shutdown| async move {
        while let Some(Ok((stream, _))) = shutdown.run_until_cancelled(listener.accept()).await {
            drop(stream);
        }
    })
    .await;
    let web = Web::of(rude.addr()).await;
    for _ in 0..5 {
        let (status, _) = web.problem("/echo?m=x").await;
        assert!((499..=504).contains(&status), "{status}");
    }
    support::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn a_client_that_disconnects_cancels_its_call() {
    let server = support::scripted_server().await;
    let web = Web::of(server.addr()).await;
    let response = tokio::time::timeout(DEADLINE / 3, web.get("/echo?m=never")).await;
    assert!(response.is_err());
    eventually(TIMEOUT, async || {
        let scrape = web.scrape().await;
        let canceled = scrape.value("grpc_client_handled_total", &[("grpc_code", "Canceled")]);
        let disconnected = [
            ("http_response_status_code", "499"),
            ("http_route", "/echo"),
            ("error_type", "canceled"),
            ("url_scheme", "http"),
        ];
        canceled > 0.5 && scrape.has("http_server_request_duration_seconds_count", &disconnected)
    })
    .await;
    support::assert_balanced(&web.scrape().await);
}
