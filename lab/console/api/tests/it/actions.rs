//! A tutorial's button sends one request, and says what came of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::{Files, Web, problem_of};
use crate::stubs::Stubs;

async fn act(web: &Web, name: &str, body: &Value) -> reqwest::Response {
    web.change(Method::POST, &format!("/api/actions/{name}")).await.json(body).send().await.unwrap()
}

#[tokio::test]
async fn an_action_goes_through_the_lab_s_door_with_a_trace_of_its_own() {
    let stubs = Stubs::start().await;
    let web = Web::with(Files::new(), |config| {
        config.settings.edge.clone_from(&stubs.url);
        config.settings.balancer = stubs.address();
    })
    .await;
    let order = json!({"customer": "Ada", "sku": "tea", "quantity": 1, "price_cents": 420});
    let mut seen = std::collections::BTreeSet::new();
    for (name, body, expected) in [
        ("echo", json!({"message": "a & b"}), "/echo?m=a+%26+b"),
        ("order", order, "/orders"),
        ("invalid-order", json!({}), "/orders"),
        ("hello", json!({}), "/"),
        ("slow-hello", json!({"ms": 5}), "/slow?ms=5"),
    ] {
        let outcome: Value = act(&web, name, &body).await.json().await.unwrap();
        let (uri, headers) = stubs.inner.last.lock().take().unwrap();
        assert_eq!(uri, expected, "{name}");
        let trace = outcome["trace"].as_str().unwrap().to_owned();
        assert_eq!(trace.len(), 32);
        assert!(headers["traceparent"].to_str().unwrap().starts_with(&format!("00-{trace}-")), "{headers:?}");
        assert!(seen.insert(trace));
        assert_eq!(outcome["status"], 200);
        // Of 5000 bytes.
        assert_eq!(outcome["answer"].as_str().unwrap(), "x".repeat(2048));
    }
}

#[tokio::test]
async fn what_is_no_action_or_cannot_be_sent_is_a_problem() {
    let web = Web::start().await;
    for (name, body, expected) in
        [("shell", json!({}), 400), ("echo", json!({}), 400), ("echo", json!({"message": "a"}), 502)]
    {
        let (status, _) = problem_of(act(&web, name, &body).await).await;
        assert_eq!(status, expected, "{name} {body}");
    }
}
