//! A trace as rows, or why there is none.

use crate::lab::{Files, Web};
use crate::stubs::Stubs;

#[tokio::test]
async fn a_trace_comes_in_the_order_of_a_waterfall_and_an_unknown_one_is_not_there_yet() {
    let stubs = Stubs::start().await;
    let web = Web::with(Files::new(), |config| config.settings.jaeger.clone_from(&stubs.url)).await;
    let trace = web.json("/api/traces/a1").await;
    assert_eq!((&trace["at"], &trace["duration_us"]), (&1000.into(), &60.into()));
    let rows: Vec<_> = trace["spans"].as_array().unwrap().iter().collect();
    assert_eq!([&rows[0]["id"], &rows[1]["id"]], ["1", "2"]);
    assert_eq!((&rows[1]["depth"], &rows[1]["start_us"]), (&1.into(), &20.into()));
    let (status, problem) = web.problem("/api/traces/b2").await;
    assert_eq!(status, 404);
    assert!(problem["detail"].as_str().unwrap().contains("not (yet) there"), "{problem}");
    for (path, expected) in [("/api/traces/..%2Fservices", 400), ("/api/traces?limit=0", 400)] {
        assert_eq!(web.problem(path).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn a_jaeger_that_is_away_is_named() {
    let web = Web::start().await;
    for path in ["/api/traces", "/api/traces/a1"] {
        let (status, problem) = web.problem(path).await;
        assert_eq!(status, 502);
        assert!(problem["detail"].as_str().unwrap().contains("cannot be reached"), "{problem}");
    }
}
