//! A pretended lab on one port and one Docker socket: Envoy's runtime, an alert that follows its fault, a mailbox.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use clap::Parser;
use lab::{parts::Parts, settings::Settings};
use serde_json::{Value, json};
use testkit::{eventually, listener};
use tokio::net::UnixListener;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

/// What a test may set, and see.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    /// Envoy's runtime overrides.
    pub(crate) runtime: BTreeMap<String, String>,
    /// The services whose container is stopped.
    pub(crate) stopped: Vec<String>,
    /// Subjects of the mails in the box.
    pub(crate) mails: Vec<String>,
    /// Whether a fault raises its alert, and so its mails.
    pub(crate) alerting: bool,
    /// Whether a second alert goes along with it.
    pub(crate) noisy: bool,
}

impl Inner {
    pub(crate) fn fault_is_on(&self) -> bool {
        !self.stopped.is_empty() || self.runtime.values().any(|value| value == "100")
    }

    /// Mails follow the fault at once.
    fn follow(&mut self) {
        if !self.alerting {
            return;
        }
        let mailed =
            |status: &str, mails: &[String]| mails.iter().filter(|mail| mail.starts_with(status)).count();
        let (firing, resolved) =
            (mailed("[FIRING] EchoErr", &self.mails), mailed("[RESOLVED] EchoErr", &self.mails));
        let status = if self.fault_is_on() && firing == resolved {
            "FIRING"
        } else if !self.fault_is_on() && firing > resolved {
            "RESOLVED"
        } else {
            return;
        };
        self.mails.push(format!("[{status}] EchoErrorsHigh (critical)"));
        if self.noisy && status == "FIRING" {
            self.mails.push("[FIRING] EchoSlow (warning)".into());
        }
    }
}

pub(crate) type Shared = Arc<Mutex<Inner>>;

/// A pretended lab and the folder with its socket, state and dashboards.
pub(crate) struct FakeLab {
    pub(crate) inner: Shared,
    pub(crate) url: String,
    folder: PathBuf,
}

impl FakeLab {
    pub(crate) async fn start(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("lab-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("dashboards/echo")).unwrap();
        let panel = json!({"id": 2, "type": "timeseries", "title": "Errors",
            "datasource": {"type": "prometheus", "uid": "prometheus"}, "targets": [{"expr": "errors"}]});
        let dashboard = json!({"uid": "grpc-client", "title": "gRPC Client", "panels": [panel]});
        std::fs::write(folder.join("dashboards/echo/grpc-client.json"), dashboard.to_string()).unwrap();
        let inner = Shared::default();
        let socket = UnixListener::bind(folder.join("docker.sock")).unwrap();
        tokio::spawn(axum::serve(socket, docker(inner.clone())).into_future());
        let parts = listener().await;
        let url = format!("http://{}", parts.local_addr().unwrap());
        tokio::spawn(axum::serve(parts, parts_router(inner.clone())).into_future());
        Self { inner, url, folder }
    }

    /// Where this lab is.
    fn flags(&self) -> Vec<String> {
        let in_folder = |name| self.folder.join(name).display().to_string();
        let files = [("state", "state"), ("docker-socket", "docker.sock"), ("dashboards", "dashboards")];
        let mut flags: Vec<String> =
            files.iter().flat_map(|(flag, name)| [format!("--{flag}"), in_folder(name)]).collect();
        for part in ["edge", "envoy-admin", "prometheus", "alertmanager", "maildev", "grafana", "jaeger"] {
            flags.extend([format!("--{part}"), self.url.clone()]);
        }
        flags
    }

    /// The clients of this lab.
    pub(crate) fn parts(&self) -> Parts {
        let arguments = std::iter::once("lab".to_owned()).chain(self.flags());
        Parts::new(Flags::parse_from(arguments).settings).unwrap()
    }

    /// The command against this lab.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(arguments).args(self.flags());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) async fn until_fault_is_on(&self) {
        eventually(Duration::from_secs(20), async || self.inner.lock().unwrap().fault_is_on()).await;
    }

    pub(crate) fn fault_is_on(&self) -> bool {
        self.inner.lock().unwrap().fault_is_on()
    }
}

impl Drop for FakeLab {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends a signal by its name, such as `INT`.
pub(crate) fn signal(process: u32, name: &str) {
    let kill = Command::new("sh").arg("-c").arg(format!("kill -{name} {process}")).status().unwrap();
    assert!(kill.success());
}

/// Waits for the process off the runtime's threads, which serve it meanwhile: exit code, stdout, stderr.
pub(crate) async fn output(process: std::process::Child) -> (Option<i32>, String, String) {
    let ended = tokio::task::spawn_blocking(|| process.wait_with_output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ended.status.code(), text(&ended.stdout), text(&ended.stderr))
}

fn parts_router(inner: Shared) -> Router {
    let prometheus = |data: Value| async move { Json(json!({"status": "success", "data": data})) };
    let target =
        json!({"labels": {}, "scrapeUrl": "u", "lastError": "", "health": "up", "scrapeInterval": "1s"});
    Router::new()
        .route("/echo", get(|| async { "Response: echo traffic" }))
        .route("/runtime", get(runtime))
        .route("/runtime_modify", post(runtime_modify))
        .route("/api/v1/alerts", get(alerts))
        .route("/api/v1/query", post(instant))
        .route("/api/v1/query_range", post(errors))
        .route("/api/v1/targets", get(move || prometheus(json!({"activeTargets": [target]}))))
        .route(
            "/api/v1/status/flags",
            get(move || prometheus(json!({"web.external-url": "http://outside:9090"}))),
        )
        .route("/user/EchoErrorsHigh.md", get(|| async { "# EchoErrorsHigh" }))
        .route("/api/v2/alerts", get(|| async { Json(json!([])) }))
        .route("/email", get(email))
        .with_state(inner)
}

async fn runtime(State(inner): State<Shared>) -> Json<Value> {
    let runtime = inner.lock().unwrap().runtime.clone();
    let entries: BTreeMap<_, _> =
        runtime.into_iter().map(|(key, value)| (key, json!({"final_value": value}))).collect();
    Json(json!({"layers": ["admin"], "entries": entries}))
}

async fn runtime_modify(State(inner): State<Shared>, Query(pairs): Query<BTreeMap<String, String>>) {
    let mut inner = inner.lock().unwrap();
    for (key, value) in pairs {
        if value.is_empty() {
            inner.runtime.remove(&key);
        } else {
            inner.runtime.insert(key, value);
        }
    }
}

async fn alerts(State(inner): State<Shared>) -> Json<Value> {
    let inner = inner.lock().unwrap();
    let firing = inner.alerting && inner.fault_is_on();
    let alerts = if firing {
        json!([{"labels": {"alertname": "EchoErrorsHigh"}, "state": "firing"}])
    } else {
        json!([])
    };
    Json(json!({"status": "success", "data": {"alerts": alerts}}))
}

/// There is traffic, and nothing else.
async fn instant(Form(form): Form<BTreeMap<String, String>>) -> Json<Value> {
    let traffic = form["query"].contains("grpc_client_handled_total");
    let result = if traffic { json!([{"metric": {}, "value": [1, "20"]}]) } else { json!([]) };
    Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

/// The panel's series: 1 under a fault.
async fn errors(State(inner): State<Shared>, Form(form): Form<BTreeMap<String, String>>) -> Json<Value> {
    let end: f64 = form["end"].parse().unwrap();
    let value = if inner.lock().unwrap().fault_is_on() { "1" } else { "0" };
    let result = json!([{"metric": {}, "values": [[end, value]]}]);
    Json(json!({"status": "success", "data": {"resultType": "matrix", "result": result}}))
}

async fn email(State(inner): State<Shared>) -> Json<Value> {
    let mut inner = inner.lock().unwrap();
    inner.follow();
    let mail = |(id, subject): (usize, &String)| {
        json!({"id": id.to_string(), "subject": subject, "html": "<p>EchoErrorsHigh</p>",
            "text": "EchoErrorsHigh\nhttp://g/d/grpc-client?viewPanel=2\nhttp://outside:9090/user/EchoErrorsHigh.md",
            "from": [{"address": "alertmanager@lookout.example"}], "to": [{"address": "oncall@lookout.example"}]})
    };
    Json(inner.mails.iter().enumerate().map(mail).collect())
}

fn docker(inner: Shared) -> Router {
    Router::new()
        .route("/containers/json", get(containers))
        .route("/containers/{id}/json", get(inspect))
        .route("/containers/{id}/stop", post(stop))
        .route("/containers/{id}/start", post(start))
        .with_state(inner)
}

async fn containers() -> Json<Value> {
    let services = ["envoy", "web-client", "echo-server", "metrics-sink", "prometheus"];
    let container = |name: &str| json!({"Id": name, "Labels": {"com.docker.compose.project": "lookout", "com.docker.compose.service": name}});
    Json(services.map(container).into_iter().collect())
}

async fn inspect(State(inner): State<Shared>, Path(id): Path<String>) -> Json<Value> {
    let running = !inner.lock().unwrap().stopped.contains(&id);
    let status = if running { "running" } else { "exited" };
    let state = json!({"Status": status, "Running": running, "ExitCode": 0, "Health": {"Status": "healthy"}});
    Json(json!({"State": state}))
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
