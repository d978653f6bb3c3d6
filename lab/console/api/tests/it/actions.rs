//! An action sends one request with a trace id, and returns its outcome.

use crate::support::{Console, Files, Services, problem_of};
use reqwest::Method;
use serde_json::{Value, json};

async fn run(web: &Console, name: &str, body: &Value) -> reqwest::Response {
    web.change(Method::POST, &format!("/api/actions/{name}")).await.json(body).send().await.unwrap()
}

#[tokio::test]
async fn an_action_goes_through_the_public_ports_with_its_own_trace_id() {
    let services = Services::start().await;
    let web = Console::with(Files::new(), |config| {
        config.settings.edge.clone_from(&services.url);
        config.settings.balancer = services.address();
    })
    .await;
    let order = json!({"customer": "Ada", "sku": "tea", "quantity": 1, "price_cents": 420});
    let mut traces = std::collections::BTreeSet::new();
    for (name, body, expected) in [
        ("echo", json!({"message": "a & b"}), "/echo?m=a+%26+b"),
        ("order", order, "/orders"),
        ("invalid-order", json!({}), "/orders"),
        ("hello", json!({}), "/"),
        ("slow-hello", json!({"ms": 5}), "/slow?ms=5"),
    ] {
        let outcome: Value = run(&web, name, &body).await.json().await.unwrap();
        let (uri, headers) = services.state.last.lock().take().unwrap();
        assert_eq!(uri, expected, "{name}");
        let trace = outcome["trace"].as_str().unwrap().to_owned();
        assert_eq!(trace.len(), 32);
        assert!(headers["traceparent"].to_str().unwrap().starts_with(&format!("00-{trace}-")), "{headers:?}");
        assert!(traces.insert(trace));
        assert_eq!(outcome["status"], 200);
        // The response has 5000 bytes.
        assert_eq!(outcome["answer"].as_str().unwrap(), "x".repeat(2048));
    }
}

#[tokio::test]
async fn an_unknown_or_unsendable_action_is_a_problem() {
    let web = Console::start().await;
    for (name, body, expected) in
        [("shell", json!({}), 400), ("echo", json!({}), 400), ("echo", json!({"message": "a"}), 502)]
    {
        let (status, _) = problem_of(run(&web, name, &body).await).await;
        assert_eq!(status, expected, "{name} {body}");
    }
}
