use std::net::Ipv4Addr;

use super::*;

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn discovered(host: &str, max_connections: u32) -> DiscoveredBackend {
    let options = BackendOptions { max_connections, ..BackendOptions::default() };
    let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 80))].into();
    DiscoveredBackend { target: Target { host: host.into(), port: 80 }, options, addresses }
}

fn hosts(pool: &Pool) -> Vec<String> {
    pool.backends().iter().map(|backend| backend.target.host.clone()).collect()
}

fn select(pool: &Pool, tried: &[Arc<Backend>]) -> Option<Lease> {
    pool.select(Algorithm::RoundRobin, CLIENT, tried)
}

#[test]
fn selects_each_untried_backend_once() {
    let pool = Pool::default();
    pool.update(vec![discovered("a", 0), discovered("b", 0), discovered("c", 0)], true);
    let mut tried = Vec::new();
    while let Some(lease) = select(&pool, &tried) {
        tried.push(lease.backend);
    }
    let mut hosts: Vec<_> = tried.iter().map(|backend| backend.target.host.as_str()).collect();
    hosts.sort_unstable();
    assert_eq!(hosts, ["a", "b", "c"]);
}

#[test]
fn skips_unhealthy_draining_full_and_unresolved_backends() {
    let pool = Pool::default();
    let unresolved = DiscoveredBackend { addresses: [].into(), ..discovered("unresolved", 0) };
    let others = [discovered("unhealthy", 0), discovered("draining", 0), discovered("full", 1)];
    pool.update([others.as_slice(), &[unresolved]].concat(), true);
    let backend = |host: &str| pool.get(&Target { host: host.into(), port: 80 }).expect("discovered");
    backend("unhealthy").set_live(false);
    backend("draining").set_draining(true);
    let lease = select(&pool, &[]).expect("one is not full yet");
    assert_eq!(lease.backend.target.host, "full");
    assert!(select(&pool, &[]).is_none());
    drop(lease);
    assert!(select(&pool, &[]).is_some());
}

#[tokio::test(start_paused = true)]
async fn drops_removed_backends_after_the_retention_and_their_last_connection() {
    let pool = Pool::default();
    pool.update(vec![discovered("a", 0), discovered("b", 0)], true);
    pool.update(vec![discovered("b", 0)], true);
    pool.update(vec![discovered("b", 0), discovered("c", 0)], true);
    assert_eq!(hosts(&pool), ["a", "b", "c"]);
    let a = Arc::clone(&pool.backends()[0]);
    assert!(!a.is_discovered());
    let active = ActiveGuard::new(&a.traffic);
    tokio::time::advance(RETENTION).await;
    pool.drop_expired(Instant::now());
    assert_eq!(hosts(&pool), ["a", "b", "c"]);
    drop(active);
    pool.drop_expired(Instant::now());
    assert_eq!(hosts(&pool), ["b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_drained_backend_stays_drained_however_long_it_is_gone() {
    let pool = Pool::default();
    let a = discovered("a", 0);
    pool.update(vec![a.clone()], true);
    assert!(pool.set_draining(&a.target, true));
    pool.update(vec![], true);
    tokio::time::advance(RETENTION).await;
    pool.drop_expired(Instant::now());
    assert!(pool.backends().is_empty());
    pool.update(vec![a.clone()], true);
    assert!(select(&pool, &[]).is_none());
    assert!(pool.set_draining(&a.target, false));
    assert!(select(&pool, &[]).is_some());
    assert!(!pool.set_draining(&discovered("other", 0).target, true));
}

#[test]
fn two_spellings_of_a_target_are_one_backend() {
    let pool = Pool::default();
    pool.update(vec![discovered("127.0.0.1", 0), discovered("::ffff:127.0.0.1", 0)], true);
    pool.update(vec![discovered("::ffff:127.0.0.1", 0), discovered("127.0.0.1", 0)], true);
    assert_eq!(hosts(&pool), ["127.0.0.1"]);
}

#[test]
fn a_rediscovered_backend_keeps_its_state() {
    let pool = Pool::default();
    pool.update(vec![discovered("a", 0)], true);
    let before = Arc::clone(&pool.backends()[0]);
    pool.update(vec![], true);
    assert!(select(&pool, &[]).is_none());
    pool.update(vec![discovered("a", 3)], true);
    assert!(Arc::ptr_eq(&before, &pool.backends()[0]));
    assert_eq!(before.options().max_connections, 3);
    assert!(select(&pool, &[]).is_some());
}
