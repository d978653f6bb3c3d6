//! A fake lab on one port and one Docker socket: Envoy's runtime, the order service's faults, an alert that follows its fault,
//! a mailbox, and optionally Grafana.

mod docker;
mod services;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use clients::Clients;
use serde_json::json;
use testkit::{eventually, listener};
use tokio::net::UnixListener;

use crate::support::clients_from;

/// A rule of Grafana that reads a series of the fake Prometheus.
const RULE: &str = r#"
apiVersion: 1
groups:
  - name: order
    folder: Alerts
    interval: 10s
    rules:
      - uid: order-slow
        title: OrderSlow
        condition: C
        noDataState: OK
        dashboardUid: orders
        panelId: 2
        annotations: { runbook_url: "http://outside:9090/user/OrderSlow.md" }
        data:
          - refId: A
            relativeTimeRange: { from: 60, to: 0 }
            datasourceUid: prometheus
            model: { refId: A, expr: order_seconds, instant: true }
          - refId: B
            datasourceUid: __expr__
            model: { refId: B, type: reduce, expression: A, reducer: last }
          - refId: C
            datasourceUid: __expr__
            model: { refId: C, type: threshold, expression: B, conditions: [{ evaluator: { type: gt, params: [0.5] } }] }
"#;

/// The state that tests set and read.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    /// Envoy's runtime overrides.
    pub(crate) runtime: BTreeMap<String, String>,
    /// Services with a stopped container.
    pub(crate) stopped: Vec<String>,
    /// The order service's faults.
    pub(crate) slow_ms: u64,
    pub(crate) read_only: bool,
    /// Whether Grafana is available.
    pub(crate) grafana: bool,
    /// Subjects of the mails in the mailbox.
    pub(crate) mails: Vec<String>,
    /// Whether a fault causes its alert and mails.
    pub(crate) alerting: bool,
    /// Whether a fault causes a second alert, too.
    pub(crate) noisy: bool,
    /// Whether Alertmanager cannot send mails, and logs the reason.
    pub(crate) mails_fail: bool,
    /// Mails that another mailbox has accepted.
    pub(crate) accepted: usize,
}

impl Inner {
    pub(crate) fn fault_is_active(&self) -> bool {
        !self.stopped.is_empty()
            || self.slow_ms > 0
            || self.read_only
            || self.runtime.values().any(|value| value == "100")
    }

    /// The alerts, and whether their faults are active.
    fn alerts(&self) -> [(&'static str, bool); 3] {
        let is_slow =
            self.runtime.get("fault.http.delay.fixed_delay_percent").is_some_and(|value| value == "100");
        let is_order_slow = self.slow_ms > 0;
        let others = self.fault_is_active() && !is_slow && !is_order_slow;
        [("EchoErrorsHigh", others), ("EchoSlow", is_slow), ("OrderSlow", is_order_slow)]
    }

    /// Sends the mails that the faults' state calls for.
    fn send_mails(&mut self) {
        if !self.alerting || self.mails_fail {
            return;
        }
        for (alert, is_active) in self.alerts() {
            let count = |status: &str| {
                let prefix = format!("[{status}] {alert}");
                self.mails.iter().filter(|mail| mail.starts_with(&prefix)).count()
            };
            let (firing, resolved) = (count("FIRING"), count("RESOLVED"));
            let status = match is_active {
                true if firing == resolved => "FIRING",
                false if firing > resolved => "RESOLVED",
                _ => continue,
            };
            self.mails.push(format!("[{status}] {alert}: words"));
            if self.noisy && status == "FIRING" {
                self.mails.push("[FIRING] EchoSlow (warning)".into());
            }
        }
    }
}

pub(crate) type Shared = Arc<Mutex<Inner>>;

/// A fake lab, and the folder with its socket, state and dashboards.
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
        let mut duration = panel.clone();
        (duration["id"], duration["title"]) = (json!(3), json!("Duration"));
        let dashboard = json!({"uid": "grpc-client", "title": "gRPC Client", "panels": [panel, duration]});
        std::fs::write(folder.join("dashboards/echo/grpc-client.json"), dashboard.to_string()).unwrap();
        std::fs::create_dir_all(folder.join("dashboards/order")).unwrap();
        let mut panel = dashboard["panels"][0].clone();
        panel["title"] = json!("Duration");
        let dashboard = json!({"uid": "orders", "title": "Orders", "panels": [panel]});
        std::fs::write(folder.join("dashboards/order/orders.json"), dashboard.to_string()).unwrap();
        std::fs::create_dir_all(folder.join("alerting")).unwrap();
        std::fs::write(folder.join("alerting/rules-order.yaml"), RULE).unwrap();
        let inner = Shared::default();
        let socket = UnixListener::bind(folder.join("docker.sock")).unwrap();
        tokio::spawn(axum::serve(socket, docker::router(inner.clone())).into_future());
        let listener = listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, services::router(inner.clone())).into_future());
        Self { inner, url, folder }
    }

    /// Flags with this lab's addresses and files.
    fn flags(&self) -> Vec<String> {
        let in_folder = |name| self.folder.join(name).display().to_string();
        let files = [
            ("state", "state"),
            ("docker-socket", "docker.sock"),
            ("dashboards", "dashboards"),
            ("alerting", "alerting"),
        ];
        let mut flags: Vec<String> =
            files.iter().flat_map(|(flag, name)| [format!("--{flag}"), in_folder(name)]).collect();
        let services = [
            "console",
            "edge",
            "envoy-admin",
            "order-admin",
            "prometheus",
            "alertmanager",
            "maildev",
            "grafana",
            "jaeger",
        ];
        for service in services {
            flags.extend([format!("--{service}"), self.url.clone()]);
        }
        flags
    }

    /// Changes the title of the rule.
    pub(crate) fn rename_rule(&self, title: &str) {
        let rule = RULE.replace("title: OrderSlow", &format!("title: {title}"));
        std::fs::write(self.folder.join("alerting/rules-order.yaml"), rule).unwrap();
    }

    /// Clients of this lab.
    pub(crate) fn clients(&self) -> Clients {
        let arguments = std::iter::once("lab".to_owned()).chain(self.flags());
        clients_from(arguments)
    }

    /// The command `lab`, with flags for this lab.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(arguments).args(self.flags());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) async fn until_fault_is_active(&self) {
        eventually(Duration::from_secs(20), async || self.inner.lock().unwrap().fault_is_active()).await;
    }

    pub(crate) fn fault_is_active(&self) -> bool {
        self.inner.lock().unwrap().fault_is_active()
    }
}

impl Drop for FakeLab {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends a signal, such as `INT`.
pub(crate) fn signal(process: u32, name: &str) {
    let kill = Command::new("sh").arg("-c").arg(format!("kill -{name} {process}")).status().unwrap();
    assert!(kill.success());
}

/// Waits for the process, and returns its exit code, stdout and stderr. Does not block the runtime, which serves the fake lab.
pub(crate) async fn output(process: std::process::Child) -> (Option<i32>, String, String) {
    let ended = tokio::task::spawn_blocking(|| process.wait_with_output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ended.status.code(), text(&ended.stdout), text(&ended.stderr))
}
