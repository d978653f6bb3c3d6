//! Backends are killed and restarted, connections are reset, half-closed and stalled, and the configuration is reloaded, all at
//! once and under every algorithm. Afterwards, every connection and byte is accounted for once.

mod backend;
mod client;
mod ledger;
mod protocol;

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use kit::shutdown::CancellationToken;
use tcp_balancer::server::Server;
use tcp_balancer::traffic::Snapshot;
use tcp_balancer::{Balancer, ReloadCounts};
use tempfile::NamedTempFile;
use testkit::eventually;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use backend::Backend;
use ledger::Ledger;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
const DURATION: Duration = Duration::from_secs(40);
const ALGORITHMS: [&str; 5] = ["weight", "roundrobin", "leastconn", "leastbandwidth", "iphash1"];
/// Clients per server at a time: two more than its `max_connections`.
const CLIENTS_PER_SERVER: u64 = 10;
const WORKERS: u64 = CLIENTS_PER_SERVER * ALGORITHMS.len() as u64;

/// An address that does not answer: its accept queue is full.
struct Silent {
    addr: SocketAddr,
    _listener: TcpListener,
    queued: Vec<JoinHandle<std::io::Result<TcpStream>>>,
}

impl Silent {
    fn start() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.9:0".parse().expect("an address")).expect("a free port");
        let listener = socket.listen(0).expect("listening");
        let addr = listener.local_addr().expect("bound");
        let queued = (0..4).map(|_| tokio::spawn(TcpStream::connect(addr))).collect();
        Self { addr, _listener: listener, queued }
    }
}

/// A configuration with a server per algorithm. Weights, and whether the last backend takes part, are random.
fn config(backends: &[SocketAddr], random: &mut fastrand::Rng) -> String {
    let mut text = String::from("[defaults]\nmax_connections = 8\nbackend_connection_timeout = \"300ms\"\n");
    text += "fail_timeout = \"500ms\"\n";
    let count = backends.len() - usize::from(random.bool());
    for algorithm in ALGORITHMS {
        let list: Vec<_> = backends[..count]
            .iter()
            .map(|addr| format!("\"{addr} weight={} priority={}\"", random.u32(1..5), random.u32(1..=2)))
            .collect();
        let list = list.join(", ");
        write!(
            text,
            "[servers.{algorithm}]\nbind = \"127.0.0.1:0\"\nbalance = \"{algorithm}\"\n\
             [servers.{algorithm}.discovery]\nkind = \"static\"\nstatic_list = [{list}]\n"
        )
        .expect("written");
    }
    text
}

/// Kills and restarts the backends in turn until `end`.
async fn kill(mut backends: Vec<Backend>, end: Instant) {
    let mut random = fastrand::Rng::with_seed(1);
    while Instant::now() < end {
        let index = random.usize(..backends.len());
        sleep(Duration::from_millis(random.u64(100..500))).await;
        backends[index].kill().await;
        sleep(Duration::from_millis(random.u64(0..300))).await;
        backends[index].restart().await;
    }
    // The last connections end on their own.
    std::future::pending::<()>().await;
}

/// Reloads valid and invalid files until `end`. Returns the number of each.
async fn reload(
    balancer: Balancer,
    file: &NamedTempFile,
    backends: &[SocketAddr],
    end: Instant,
) -> ReloadCounts {
    let mut random = fastrand::Rng::with_seed(2);
    let mut counts = ReloadCounts { ok: 0, failed: 0 };
    while Instant::now() < end {
        sleep(Duration::from_millis(random.u64(50..400))).await;
        let mut text = config(backends, &mut random);
        let is_valid = random.u8(..5) > 0;
        if !is_valid {
            text.truncate(text.len() - random.usize(2..20));
        }
        fs::write(file, text).expect("written");
        let result = balancer.reload().await;
        assert_eq!(result.is_ok(), is_valid, "{result:?}");
        if is_valid { counts.ok += 1 } else { counts.failed += 1 }
    }
    counts
}

/// Compares a server's counts with its clients' and with those of its backends.
fn assert_accounted(server: &Server, connected: u64, index: u64, ledger: &Ledger) {
    let counts = server.traffic.snapshot();
    let backends: Vec<_> = server.pool.backends().iter().map(|backend| backend.traffic.snapshot()).collect();
    let sum = |of: fn(&Snapshot) -> u64| backends.iter().map(of).sum::<u64>();
    let (failed, aborted) = (server.failed_connections(), server.aborted_connections());
    println!("{}: {connected} clients, {failed} failed, {aborted} aborted, {counts:?}", server.name);
    assert_eq!(connected, counts.connections + counts.refused, "{}", server.name);
    assert_eq!(counts.connections, sum(|counts| counts.connections) + failed + aborted, "{}", server.name);
    assert_eq!(sum(|counts| counts.active), 0, "{}", server.name);
    assert_eq!((sum(|counts| counts.tx), sum(|counts| counts.rx)), (counts.tx, counts.rx), "{}", server.name);
    let [tx, rx] = ledger.reconcile(|id| id % WORKERS / CLIENTS_PER_SERVER == index);
    tx.assert_contains(counts.tx);
    rx.assert_contains(counts.rx);
    assert!(sum(|counts| counts.refused) > 0 && counts.rx > 0 && counts.refused > 0, "{}", server.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute: run by make test"]
async fn every_connection_and_byte_is_accounted_for_once() {
    tcp_balancer::raise_limit();
    let ledger = Arc::<Ledger>::default();
    let steady = [
        Backend::start([127, 0, 0, 2], &ledger).await,
        Backend::start([127, 0, 0, 3], &ledger).await,
        Backend::start([127, 0, 0, 4], &ledger).await,
    ];
    let killed =
        vec![Backend::start([127, 0, 0, 5], &ledger).await, Backend::start([127, 0, 0, 6], &ledger).await];
    let silent = Silent::start();
    let [a, b, coming_and_going] = &steady;
    let addresses = [a.addr, killed[0].addr, silent.addr, b.addr, killed[1].addr, coming_and_going.addr];

    let file = NamedTempFile::new().expect("a file");
    fs::write(&file, config(&addresses, &mut fastrand::Rng::with_seed(0))).expect("written");
    let balancer = Balancer::start(file.path().into()).await.expect("started");
    let (handle, registry) = (balancer.clone(), prometheus::Registry::new());
    let service = testkit::start(|listener, shutdown: CancellationToken| {
        let rest = tcp_balancer::Rest { listener, token: None, http: kit::server::HttpSettings::default() };
        tcp_balancer::run(rest, handle, registry, tokio_stream::pending(), TIMEOUT, shutdown)
    })
    .await;
    let servers = ALGORITHMS.map(|algorithm| balancer.get(algorithm).expect("a server"));
    eventually(TIMEOUT, async || servers.iter().all(|server| !server.pool.backends().is_empty())).await;

    let end = Instant::now() + DURATION;
    let killing = tokio::spawn(kill(killed, end));
    let connected: [Arc<AtomicU64>; ALGORITHMS.len()] = Default::default();
    let mut clients = JoinSet::new();
    for worker in 0..WORKERS {
        let index = usize::try_from(worker / CLIENTS_PER_SERVER).expect("it fits");
        let (address, connected) =
            (servers[index].address().expect("listening"), Arc::clone(&connected[index]));
        clients.spawn(client::run(address, [worker, WORKERS], connected, Arc::clone(&ledger), end));
    }
    let reloads = reload(balancer.clone(), &file, &addresses, end).await;
    clients.join_all().await;
    for (server, connected) in servers.iter().zip(&connected) {
        // The last clients may have left before the balancer accepted their connections from the kernel's queue.
        let is_done = async || {
            let counts = server.traffic.snapshot();
            counts.active == 0 && counts.connections + counts.refused >= connected.load(SeqCst)
        };
        eventually(TIMEOUT, is_done).await;
    }

    assert_eq!(balancer.reloads(), reloads);
    for (index, server) in servers.iter().enumerate() {
        assert_accounted(server, connected[index].load(SeqCst), index as u64, &ledger);
    }
    for backend in &steady {
        let is_same = |other: &Arc<tcp_balancer::backend::Backend>| {
            other.target.to_string() == backend.addr.to_string()
        };
        let all = servers.iter().flat_map(|server| server.pool.backends().to_vec());
        let counts: Vec<_> = all.filter(is_same).map(|backend| backend.traffic.snapshot()).collect();
        let opened: u64 = counts.iter().map(|counts| counts.connections).sum();
        // The kernel had accepted connections whose client left or whose time was up before the balancer noticed.
        let given_up = counts.iter().map(|counts| counts.refused).sum::<u64>()
            + servers.iter().map(|server| server.aborted_connections()).sum::<u64>();
        // The backend may not have accepted the last ones yet.
        eventually(TIMEOUT, async || backend.accepted() >= opened).await;
        assert!(backend.accepted() <= opened + given_up, "{} {opened} {given_up}", backend.accepted());
    }
    ledger.assert_no_violation();
    let complete = ledger.complete();
    println!("{complete} complete connections, {reloads:?}");
    assert!(complete > 1000, "{complete}");
    killing.abort();
    silent.queued.iter().for_each(JoinHandle::abort);
    service.stop().await.expect("stopped without an error");
}
