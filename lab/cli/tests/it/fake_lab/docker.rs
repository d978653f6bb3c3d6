//! The fake lab's Docker, whose containers can be stopped and started.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::Shared;

pub(super) fn router(inner: Shared) -> Router {
    Router::new()
        .route("/containers/json", get(containers))
        .route("/containers/{id}/json", get(inspect))
        .route("/containers/{id}/logs", get(logs))
        .route("/containers/{id}/stop", post(stop))
        .route("/containers/{id}/start", post(start))
        .with_state(inner)
}

async fn containers(State(inner): State<Shared>) -> Json<Value> {
    let mut services = vec![
        "envoy",
        "web-client",
        "echo-server",
        "metrics-sink",
        "prometheus",
        "order-service",
        "alertmanager",
    ];
    if inner.lock().unwrap().grafana {
        services.push("grafana");
    }
    let container = |name: &str| json!({"Id": name, "Labels": {"com.docker.compose.project": "lookout", "com.docker.compose.service": name}});
    Json(services.into_iter().map(container).collect())
}

async fn inspect(State(inner): State<Shared>, Path(id): Path<String>) -> Json<Value> {
    let running = !inner.lock().unwrap().stopped.contains(&id);
    let status = if running { "running" } else { "exited" };
    let state = json!({"Status": status, "Running": running, "ExitCode": 0, "Health": {"Status": "healthy"}});
    Json(json!({"State": state}))
}

async fn logs(State(inner): State<Shared>) -> &'static str {
    if inner.lock().unwrap().mails_fail {
        r#"level=WARN msg="Notify attempt failed, will retry later" attempts=1 err="*smtp.plainAuth auth: 535 no""#
    } else {
        ""
    }
}

async fn stop(State(inner): State<Shared>, Path(id): Path<String>) -> StatusCode {
    inner.lock().unwrap().stopped.push(id);
    StatusCode::NO_CONTENT
}

async fn start(State(inner): State<Shared>, Path(id): Path<String>) -> StatusCode {
    let mut inner = inner.lock().unwrap();
    if !inner.stopped.contains(&id) {
        return StatusCode::NOT_MODIFIED;
    }
    inner.stopped.retain(|stopped| *stopped != id);
    StatusCode::NO_CONTENT
}
