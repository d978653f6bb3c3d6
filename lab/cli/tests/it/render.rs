//! `lab render`: what each reader's folder contains, and what the readers that run do with it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};

use crate::{rendered::Lab, support::root};

#[tokio::test]
async fn the_selected_tutorials_jobs_rules_and_dashboards_are_rendered() {
    let lab = Lab::new(&["--tutorial=influx"]);
    lab.render(&[]).await.unwrap();
    assert_eq!(lab.names("prometheus/scrape.d"), ["balancer.yaml", "echo.yaml", "lab.yaml"]);
    assert_eq!(lab.names("grafana/dashboards"), ["Balancer", "Echo", "Influx", "Lab"]);
    assert!(lab.read("grafana/provisioning/alerting/rules-order.yaml").contains("deleteRules"), "left out");
    assert!(lab.read("grafana/provisioning/alerting/rules-influx.yaml").contains("HelloSlow"));
    for folder in ["plugins", "notifiers"] {
        assert!(lab.names(&format!("grafana/provisioning/{folder}")).is_empty());
    }
}

#[tokio::test]
async fn links_lead_to_the_published_ports_even_if_two_are_swapped() {
    let lab = Lab::new(&[]);
    lab.render(&[("PROMETHEUS_PORT", "16686"), ("JAEGER_PORT", "9090")]).await.unwrap();
    let dashboard = lab.read("grafana/dashboards/Echo/grpc-server.json");
    assert!(dashboard.contains("http://127.0.0.1:9090/search?service="), "Jaeger's port");
    let overview = lab.read("grafana/dashboards/Lab/lookout.json");
    assert!(overview.contains("http://127.0.0.1:16686/api/v1/targets"), "Prometheus' port");
}

#[tokio::test]
async fn without_grafana_alerts_link_to_the_consoles_dashboards() {
    let lab = Lab::new(&["--grafana-url="]);
    lab.render(&[("CONSOLE_PORT", "18000")]).await.unwrap();
    assert!(lab.read("prometheus/prometheus.yaml").contains("grafana: http://127.0.0.1:18000\n"));
    let lab = Lab::new(&["--grafana-url=http://lab.example:3000"]);
    lab.render(&[]).await.unwrap();
    assert!(lab.read("prometheus/prometheus.yaml").contains("grafana: http://lab.example:3000\n"));
}

#[tokio::test]
async fn smtp_settings_reach_alertmanager_and_grafana_and_the_password_only_its_readers() {
    let password = tempfile::NamedTempFile::new().unwrap();
    fs::write(password.path(), "p'w: #1\r\n").unwrap();
    let file = format!("--smtp-password={}", password.path().display());
    let account =
        ["--smtp-host=smtp.example.com", "--smtp-tls=yes", "--smtp-username=o'neil&\\@SMTP_TO@", &file];
    for (port, require_tls, policy) in [("587", "true", "MandatoryStartTLS"), ("465", "false", "NoStartTLS")]
    {
        let port_flag = format!("--smtp-port={port}");
        let lab = Lab::new(&[&account[..], &[&port_flag]].concat());
        lab.render(&[]).await.unwrap();
        let alertmanager = lab.read("alertmanager/alertmanager.yaml");
        let config: serde_json::Value = serde_saphyr::from_str(&alertmanager).unwrap();
        assert_eq!(config["global"]["smtp_smarthost"], format!("smtp.example.com:{port}"));
        assert_eq!(
            config["global"]["smtp_auth_username"], "o'neil&\\@SMTP_TO@",
            "a value that looks like a placeholder"
        );
        assert!(alertmanager.contains(&format!("smtp_require_tls: {require_tls}\n")));
        assert_eq!(lab.read("grafana/smtp-starttls-policy"), policy);
        assert!(!alertmanager.contains("p'w"));
        for path in ["alertmanager/smtp-password", "grafana/smtp-password"] {
            assert_eq!(lab.read(path), "p'w: #1");
            let mode = fs::metadata(lab.out.path().join(path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o400, "{path}");
        }
    }
}

#[tokio::test]
async fn files_of_ones_own_are_scrape_jobs_or_rules_and_anything_else_is_refused_by_name() {
    let source = tempfile::tempdir().unwrap();
    let mut lab = Lab::new(&[]);
    for folder in ["prometheus", "alertmanager", "grafana"] {
        copy(&root().join(folder), &source.path().join(folder));
    }
    lab.source = source.path().to_owned();
    let own =
        |name: &str, text: &str| fs::write(source.path().join("prometheus/own").join(name), text).unwrap();
    own("jobs.yaml", "scrape_configs:\n  - job_name: mine\n");
    own("alerts.yaml", "groups: []\n");
    fs::write(source.path().join("grafana/dashboards/own/mine.json"), "{}").unwrap();
    lab.render(&[]).await.unwrap();
    assert!(lab.read("prometheus/scrape.d/own-jobs.yaml").contains("mine"));
    assert!(lab.names("prometheus/rules.d").contains(&"own-alerts.yaml".to_owned()));
    assert_eq!(lab.names("grafana/dashboards/Own"), ["mine.json"]);

    own("jobs.yaml", "scrape_config:\n");
    let error = lab.render(&[]).await.unwrap_err().to_string();
    assert!(error.contains("own/jobs.yaml: expected either `scrape_configs:`"), "{error}");
    assert!(lab.read("prometheus/scrape.d/own-jobs.yaml").contains("mine"), "the previous file stays");
}

#[tokio::test]
async fn the_balancers_token_is_random_and_stays() {
    let lab = Lab::new(&[]);
    lab.render(&[]).await.unwrap();
    let token = lab.read("balancer/balancer-token");
    assert!(token.len() == 48 && token.bytes().all(|c| c.is_ascii_hexdigit()), "{token}");
    lab.render(&[]).await.unwrap();
    assert_eq!(lab.read("balancer/balancer-token"), token);
    let other = Lab::new(&[]);
    other.render(&[]).await.unwrap();
    assert_ne!(other.read("balancer/balancer-token"), token);
}

/// A Prometheus that accepts or refuses its configuration.
#[derive(Clone, Default)]
struct FakePrometheus(Arc<Mutex<FakeState>>);

#[derive(Default)]
struct FakeState {
    loaded_at: f64,
    reloads: u32,
    refuses: bool,
    /// Requests to reload that arrive while it starts.
    starting: u32,
}

impl FakePrometheus {
    async fn start(&self) -> String {
        let metrics = async |State(fake): State<Self>| {
            format!(
                "prometheus_config_last_reload_success_timestamp_seconds {:e}\n",
                fake.0.lock().unwrap().loaded_at
            )
        };
        let reload = async |State(fake): State<Self>| {
            let mut state = fake.0.lock().unwrap();
            if state.starting > 0 {
                state.starting -= 1;
                return (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
            }
            if state.refuses {
                return (StatusCode::INTERNAL_SERVER_ERROR, "failed to reload config: bad rule");
            }
            state.reloads += 1;
            state.loaded_at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
            (StatusCode::OK, "")
        };
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/-/reload", post(reload))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        url
    }
}

#[tokio::test]
async fn a_reader_that_runs_is_reloaded_only_if_its_files_are_newer_than_what_it_has_loaded() {
    let fake = FakePrometheus::default();
    let url = format!("--prometheus={}", fake.start().await);
    let mut lab = Lab::new(&[&url]);
    lab.render(&[]).await.unwrap();
    assert_eq!(fake.0.lock().unwrap().reloads, 1);
    lab.render(&[]).await.unwrap();
    assert_eq!(fake.0.lock().unwrap().reloads, 1, "nothing has changed");
    lab.flags.push("--tutorial=echo".into());
    lab.render(&[]).await.unwrap();
    assert_eq!(fake.0.lock().unwrap().reloads, 2);

    // An interrupted run has written the files and has not reloaded.
    fake.0.lock().unwrap().loaded_at = 0.0;
    lab.render(&[]).await.unwrap();
    assert_eq!(fake.0.lock().unwrap().reloads, 3);
}

#[tokio::test]
async fn files_that_change_are_loaded_even_if_the_clock_was_set_back() {
    let fake = FakePrometheus::default();
    let url = format!("--prometheus={}", fake.start().await);
    let mut lab = Lab::new(&[&url]);
    lab.render(&[]).await.unwrap();
    fake.0.lock().unwrap().loaded_at = 1e12;
    lab.flags.push("--tutorial=echo".into());
    lab.render(&[]).await.unwrap();
    assert_eq!(fake.0.lock().unwrap().reloads, 2);
}

#[tokio::test]
async fn a_reader_that_starts_is_asked_to_reload_until_it_can() {
    let fake = FakePrometheus::default();
    fake.0.lock().unwrap().starting = 2;
    let lab = Lab::new(&[&format!("--prometheus={}", fake.start().await)]);
    lab.render(&[]).await.unwrap();
    assert_eq!(fake.0.lock().unwrap().reloads, 1);
}

#[tokio::test]
async fn grafana_is_reloaded_once_per_change_and_not_while_it_restarts_by_itself() {
    let reloads = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&reloads);
    let router = Router::new().route("/metrics", get(async || "process_start_time_seconds 1\n")).route(
        "/api/admin/provisioning/alerting/reload",
        post(async move || {
            *counted.lock().unwrap() += 1;
            "{}"
        }),
    );
    let router = ["datasources", "dashboards"].iter().fold(router, |router, kind| {
        router.route(&format!("/api/admin/provisioning/{kind}/reload"), post(async || "{}"))
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("--grafana=http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });

    // The first run writes the password's files.
    let mut lab = Lab::new(&[&url]);
    lab.render(&[]).await.unwrap();
    assert_eq!(*reloads.lock().unwrap(), 0, "it restarts");
    lab.render(&[]).await.unwrap();
    assert_eq!(*reloads.lock().unwrap(), 1, "it has not restarted since");
    for _ in 0..2 {
        lab.render(&[]).await.unwrap();
    }
    assert!(*reloads.lock().unwrap() <= 2, "nothing has changed");
    let before = *reloads.lock().unwrap();
    lab.flags.push("--grafana-admin-password=new".into());
    lab.render(&[]).await.unwrap();
    assert_eq!(*reloads.lock().unwrap(), before, "it restarts");
    assert_eq!(lab.read("grafana/admin-password"), "new");
}

#[tokio::test]
async fn a_refused_configuration_is_reported_and_the_previous_files_come_back() {
    let fake = FakePrometheus::default();
    let url = format!("--prometheus={}", fake.start().await);
    let mut lab = Lab::new(&[&url]);
    lab.render(&[]).await.unwrap();
    fake.0.lock().unwrap().refuses = true;
    lab.flags.push("--tutorial=echo".into());
    for _ in 0..2 {
        let error = lab.render(&[]).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "Prometheus refuses its new configuration and keeps the old one: failed to reload config: bad rule"
        );
        assert!(lab.names("prometheus/scrape.d").contains(&"order.yaml".to_owned()));
    }
    fake.0.lock().unwrap().refuses = false;
    lab.render(&[]).await.unwrap();
    assert!(!lab.names("prometheus/scrape.d").contains(&"order.yaml".to_owned()));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
