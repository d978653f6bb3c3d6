//! Pretended parts of the lab, on a port each: Envoy's runtime, the order service's store, doors that answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// What a test sets and sees of all of them.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    /// Envoy's runtime.
    runtime: Mutex<BTreeMap<String, String>>,
    /// Envoy refuses to change it.
    pub(crate) stuck: AtomicBool,
    /// How often it has refused.
    pub(crate) refused: AtomicU64,
    /// The alert `EchoErrorsHigh` fires.
    pub(crate) alerting: AtomicBool,
    /// Requests that the doors have answered.
    pub(crate) answered: AtomicU64,
    /// Each third of them with an error.
    pub(crate) failing: AtomicBool,
    /// What came last through a door.
    pub(crate) last: Mutex<Option<(String, HeaderMap)>>,
}

/// The stubs and where they are.
pub(crate) struct Stubs {
    pub(crate) inner: Arc<Inner>,
    pub(crate) url: String,
}

impl Stubs {
    pub(crate) async fn start() -> Self {
        let inner = Arc::<Inner>::default();
        let router = Router::new()
            .route("/runtime", get(runtime))
            .route("/runtime_modify", post(modify))
            .route("/api/v1/alerts", get(alerts))
            .route("/api/services", get(|| async { Json(json!({"data": ["web-client"]})) }))
            .route("/api/traces/{id}", get(trace))
            .fallback(any(door))
            .with_state(Arc::clone(&inner));
        let listener = testkit::listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { inner, url }
    }

    /// Whether Envoy fails calls.
    pub(crate) fn fails_calls(&self) -> bool {
        let runtime = self.inner.runtime.lock();
        runtime.get("fault.http.abort.abort_percent").is_some_and(|share| share == "100")
    }

    /// Host and port, as the balancer's setting has them.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }
}

async fn runtime(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let entries: serde_json::Map<String, Value> = inner
        .runtime
        .lock()
        .iter()
        .map(|(key, value)| (key.clone(), json!({ "final_value": value })))
        .collect();
    Json(json!({ "entries": entries }))
}

async fn modify(
    State(inner): State<Arc<Inner>>,
    Query(pairs): Query<BTreeMap<String, String>>,
) -> (StatusCode, &'static str) {
    if inner.stuck.load(Relaxed) {
        inner.refused.fetch_add(1, Relaxed);
        return (StatusCode::SERVICE_UNAVAILABLE, "stuck");
    }
    inner.runtime.lock().extend(pairs);
    (StatusCode::OK, "OK\n")
}

async fn alerts(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let firing = json!({"labels": {"alertname": "EchoErrorsHigh"}, "state": "firing", "activeAt": "2026-01-01T00:00:00Z"});
    let alerts = if inner.alerting.load(Relaxed) { vec![firing] } else { Vec::new() };
    Json(json!({"status": "success", "data": {"alerts": alerts}}))
}

async fn trace(axum::extract::Path(id): axum::extract::Path<String>) -> Result<Json<Value>, StatusCode> {
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

async fn door(
    State(inner): State<Arc<Inner>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> (StatusCode, String) {
    *inner.last.lock() = Some((uri.to_string(), headers));
    let number = inner.answered.fetch_add(1, Relaxed);
    if inner.failing.load(Relaxed) && number.is_multiple_of(3) {
        return (StatusCode::INTERNAL_SERVER_ERROR, "no".to_owned());
    }
    (StatusCode::OK, "x".repeat(5000))
}
