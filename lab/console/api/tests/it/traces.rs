//! Traces as rows of a waterfall, and why one is unavailable.

use crate::support::{Console, Files, Services};

#[tokio::test]
async fn a_trace_has_the_order_of_a_waterfall_and_an_unknown_one_is_not_found() {
    let services = Services::start().await;
    let web = Console::with(Files::new(), |config| config.settings.jaeger.clone_from(&services.url)).await;
    let trace = web.json("/api/traces/a1").await;
    assert_eq!((&trace["at"], &trace["duration_us"]), (&1000.into(), &60.into()));
    let rows: Vec<_> = trace["spans"].as_array().unwrap().iter().collect();
    assert_eq!([&rows[0]["id"], &rows[1]["id"]], ["1", "2"]);
    assert_eq!((&rows[1]["depth"], &rows[1]["start_us"]), (&1.into(), &20.into()));
    let (status, problem) = web.problem("/api/traces/b2").await;
    assert_eq!(status, 404);
    assert!(problem["detail"].as_str().unwrap().contains("trace b2 not found"), "{problem}");
    for (path, expected) in [("/api/traces/..%2Fservices", 400), ("/api/traces?limit=0", 400)] {
        assert_eq!(web.problem(path).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn an_unavailable_jaeger_is_a_bad_gateway() {
    let web = Console::start().await;
    for path in ["/api/traces", "/api/traces/a1"] {
        let (status, problem) = web.problem(path).await;
        assert_eq!(status, 502);
        assert!(problem["detail"].as_str().unwrap().contains("cannot be reached"), "{problem}");
    }
}
