//! The soak test of `lab check`, against a fake balancer that counts correctly or not.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};

use lab::{
    check::soak,
    leftovers::SOAK_SERVER,
    table::{Claim, Verdict},
};
use serde_json::{Value, json};
use testkit::listener;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::support::clients_from;

/// The bytes of one backend.
#[derive(Default)]
struct Tally {
    tx: AtomicU64,
    rx: AtomicU64,
}

/// A fake balancer with at most one server.
#[derive(Default)]
struct Fake {
    backends: Vec<(String, Arc<Tally>)>,
    open: Arc<AtomicU64>,
    serving: Option<JoinSet<()>>,
    /// Whether it reports one byte more in each response.
    miscounts: bool,
    responses: u64,
}

type Shared = Arc<Mutex<Fake>>;

async fn add(State(fake): State<Shared>, headers: HeaderMap, Json(server): Json<Value>) -> StatusCode {
    if headers.get("authorization").is_none_or(|token| token != "Bearer secret") {
        return StatusCode::UNAUTHORIZED;
    }
    let bind = server["bind"].as_str().unwrap().replace("0.0.0.0", "127.0.0.1");
    let listener = TcpListener::bind(bind).await.unwrap();
    let list = server["discovery"]["static_list"].as_array().unwrap();
    let backends: Vec<(String, Arc<Tally>)> =
        list.iter().map(|one| (one.as_str().unwrap().to_owned(), Arc::default())).collect();
    let mut fake = fake.lock().unwrap();
    fake.backends.clone_from(&backends);
    let mut serving = JoinSet::new();
    serving.spawn(serve(listener, backends, fake.open.clone()));
    fake.serving = Some(serving);
    StatusCode::OK
}

async fn serve(listener: TcpListener, backends: Vec<(String, Arc<Tally>)>, open: Arc<AtomicU64>) {
    let mut connections = JoinSet::new();
    for (address, tally) in backends.iter().cycle() {
        let (client, _) = listener.accept().await.unwrap();
        let (address, tally, open) = (address.clone(), tally.clone(), open.clone());
        open.fetch_add(1, Relaxed);
        connections.spawn(async move {
            let backend = TcpStream::connect(address).await.unwrap();
            let ((client, to_client), (backend, to_backend)) = (client.into_split(), backend.into_split());
            _ = tokio::try_join!(pass(client, to_backend, &tally.tx), pass(backend, to_client, &tally.rx));
            open.fetch_sub(1, Relaxed);
        });
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counted: &AtomicU64) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let mut rest = &buffer[..read];
        while !rest.is_empty() {
            let wrote = to.write(rest).await?;
            counted.fetch_add(wrote as u64, Relaxed);
            rest = &rest[wrote..];
        }
    }
}

async fn stats(State(fake): State<Shared>) -> Json<Value> {
    Json(counted(&mut fake.lock().unwrap()))
}

/// A Prometheus with the balancer's current counts.
async fn instant(State(fake): State<Shared>, Form(form): Form<BTreeMap<String, String>>) -> Json<Value> {
    let fields = ["tx_total", "rx_total"];
    let field = fields.into_iter().find(|field| form["query"].contains(field)).unwrap();
    let value = counted(&mut fake.lock().unwrap())[field].to_string();
    let result = json!([{"metric": {}, "value": [1, value]}]);
    Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

fn counted(fake: &mut Fake) -> Value {
    fake.responses += 1;
    let (mut tx_total, mut rx_total) = (if fake.miscounts { fake.responses } else { 0 }, 0);
    let mut backends = Vec::new();
    for (address, tally) in &fake.backends {
        let (tx, rx) = (tally.tx.load(Relaxed), tally.rx.load(Relaxed));
        (tx_total, rx_total) = (tx_total + tx, rx_total + rx);
        let (host, port) = address.rsplit_once(':').unwrap();
        backends.push(json!({"host": host, "port": port, "stats": {"tx": tx, "rx": rx}}));
    }
    let open = fake.open.load(Relaxed);
    json!({
        "active_connections": open, "rx_total": rx_total, "tx_total": tx_total, "rx_second": 0, "tx_second": 0,
        "backends": backends})
}

async fn remove(State(fake): State<Shared>, Path(name): Path<String>) -> StatusCode {
    assert_eq!(name, SOAK_SERVER);
    match fake.lock().unwrap().serving.take() {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    }
}

async fn run_soak(name: &str, fake: Shared) -> Vec<Claim> {
    let router = Router::new()
        .route("/servers/{name}", get(|| async {}).post(add).delete(remove))
        .route("/servers/{name}/stats", get(stats))
        .route("/api/v1/query", post(instant))
        .with_state(fake);
    let (rest, free) = (listener().await, listener().await);
    let url = format!("http://{}", rest.local_addr().unwrap());
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    tokio::spawn(axum::serve(rest, router).into_future());
    let token = std::env::temp_dir().join(format!("lab-soak-{name}-{}", std::process::id()));
    std::fs::write(&token, "secret\n").unwrap();
    let clients = clients_from([
        "lab",
        "--balancer",
        "127.0.0.1:1",
        "--soak-port",
        &port,
        "--balancer-rest",
        &url,
        "--prometheus",
        &url,
        "--balancer-token",
        token.to_str().unwrap(),
    ]);
    let claims = soak::claims(&clients, &CancellationToken::new()).await;
    std::fs::remove_file(token).unwrap();
    claims
}

#[tokio::test]
async fn a_balancer_that_counts_every_byte_passes() {
    let fake = Shared::default();
    let claims = run_soak("right", fake.clone()).await;
    let verdicts: Vec<Verdict> = claims.iter().map(|claim| claim.verdict).collect();
    assert_eq!(verdicts, [Verdict::Proven; 4], "{claims:?}");
    assert!(claims[0].evidence.contains("3 backends"), "{claims:?}");
    assert!(fake.lock().unwrap().serving.is_none());
}

#[tokio::test]
async fn one_byte_too_many_fails() {
    let fake = Shared::default();
    fake.lock().unwrap().miscounts = true;
    let claims = run_soak("wrong", fake.clone()).await;
    assert_eq!(claims[0].verdict, Verdict::Failed, "{claims:?}");
    assert!(claims[0].evidence.contains("up: clients sent"), "{claims:?}");
    assert!(fake.lock().unwrap().serving.is_none());
}
