//! Fakes of the services behind actions, faults and load: Envoy's runtime and edge, the balancer, Prometheus' alerts,
//! Jaeger.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use axum::extract::{self, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// What tests set and observe.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Envoy's runtime.
    runtime: Mutex<BTreeMap<String, String>>,
    /// Envoy refuses to change its runtime.
    pub(crate) stuck: AtomicBool,
    /// Number of refused changes.
    pub(crate) refused: AtomicU64,
    /// Whether the alert `EchoErrorsHigh` fires.
    pub(crate) alerting: AtomicBool,
    /// Number of responses of the edge and the balancer.
    pub(crate) answered: AtomicU64,
    /// Whether every third response is an error.
    pub(crate) failing: AtomicBool,
    /// URI and headers of the last request to the edge or the balancer.
    pub(crate) last: Mutex<Option<(String, HeaderMap)>>,
}

/// All services on one port.
pub(crate) struct Services {
    pub(crate) state: Arc<State>,
    pub(crate) url: String,
}

impl Services {
    pub(crate) async fn start() -> Self {
        let state = Arc::<State>::default();
        let router = Router::new()
            .route("/runtime", get(runtime))
            .route("/runtime_modify", post(modify))
            .route("/api/v1/alerts", get(alerts))
            .route("/api/services", get(|| async { Json(json!({"data": ["web-client"]})) }))
            .route("/api/traces/{id}", get(trace))
            .fallback(any(respond))
            .with_state(Arc::clone(&state));
        let listener = testkit::listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { state, url }
    }

    /// Whether the runtime makes Envoy abort all calls.
    pub(crate) fn fails_calls(&self) -> bool {
        let runtime = self.state.runtime.lock();
        runtime.get("fault.http.abort.abort_percent").is_some_and(|share| share == "100")
    }

    /// Host and port, as in the balancer's setting.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }
}

async fn runtime(extract::State(state): extract::State<Arc<State>>) -> Json<Value> {
    let entries: serde_json::Map<String, Value> = state
        .runtime
        .lock()
        .iter()
        .map(|(key, value)| (key.clone(), json!({ "final_value": value })))
        .collect();
    Json(json!({ "entries": entries }))
}

async fn modify(
    extract::State(state): extract::State<Arc<State>>,
    Query(pairs): Query<BTreeMap<String, String>>,
) -> (StatusCode, &'static str) {
    if state.stuck.load(Relaxed) {
        state.refused.fetch_add(1, Relaxed);
        return (StatusCode::SERVICE_UNAVAILABLE, "stuck");
    }
    state.runtime.lock().extend(pairs);
    (StatusCode::OK, "OK\n")
}

async fn alerts(extract::State(state): extract::State<Arc<State>>) -> Json<Value> {
    let firing = json!({"labels": {"alertname": "EchoErrorsHigh"}, "state": "firing", "activeAt": "2026-01-01T00:00:00Z"});
    let alerts = if state.alerting.load(Relaxed) { vec![firing] } else { Vec::new() };
    Json(json!({"status": "success", "data": {"alerts": alerts}}))
}

async fn trace(extract::Path(id): extract::Path<String>) -> Result<Json<Value>, StatusCode> {
    if id != "a1" {
        return Err(StatusCode::NOT_FOUND);
    }
    let span = |id: &str, parent: Option<&str>, start: u64| {
        let references: Vec<Value> =
            parent.iter().map(|parent| json!({"refType": "CHILD_OF", "spanID": parent})).collect();
        json!({"spanID": id, "operationName": "GET", "references": references, "processID": "p1",
            "startTime": start, "duration": 40, "tags": [], "logs": null})
    };
    let spans = [span("2", Some("1"), 1_000_020), span("1", None, 1_000_000)];
    let processes = json!({"p1": {"serviceName": "web-client"}});
    Ok(Json(json!({"data": [{"traceID": "a1", "spans": spans, "processes": processes}]})))
}

async fn respond(
    extract::State(state): extract::State<Arc<State>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> (StatusCode, String) {
    *state.last.lock() = Some((uri.to_string(), headers));
    let number = state.answered.fetch_add(1, Relaxed);
    if state.failing.load(Relaxed) && number.is_multiple_of(3) {
        return (StatusCode::INTERNAL_SERVER_ERROR, "no".to_owned());
    }
    (StatusCode::OK, "x".repeat(5000))
}
