//! Acknowledged orders survive `kill -9` under load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lookout_proto::order::State;
use testkit::eventually;

use crate::support::{Client, TIMEOUT, create, folder, get, list, program, reaches, tea};

const CALLERS: usize = 24;
const ROUNDS: usize = 4;

/// The acknowledged order of each key.
type Acknowledged = Arc<Mutex<BTreeMap<String, String>>>;

/// Places orders until the program ends. Every other caller repeats its last key, as a client without a response would.
async fn place(client: Client, caller: String, acknowledged: Acknowledged, count: Arc<AtomicUsize>) {
    for number in 0.. {
        let key = format!("{caller}-{number}");
        for _ in 0..2 {
            let Ok(order) = client.clone().create(tea(&key)).await else { return };
            let id = order.into_inner().id;
            let before = acknowledged.lock().expect("not poisoned").insert(key.clone(), id.clone());
            assert!(before.is_none_or(|before| before == id), "{key} is one order");
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_order_is_lost_and_each_key_is_one_order() {
    let folder = folder();
    let acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        let program = program::start(folder.path(), &[("RUST_LOG", "info,order_service::service=warn")]);
        let client = program::client(&program).await;
        let count = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (client, acknowledged, count) = (client.clone(), acknowledged.clone(), count.clone());
                tokio::spawn(place(client, format!("{round}-{caller}"), acknowledged, count))
            })
            .collect();
        // Kill at a different time in each round, always with many calls in flight.
        let enough = 100 + usize::from(rand_byte());
        eventually(TIMEOUT, async || count.load(Ordering::Relaxed) >= enough).await;
        program.kill().await;
        for caller in callers {
            caller.await.expect("no panic");
        }
        check(folder.path(), &acknowledged).await;
    }
}

/// A random number.
fn rand_byte() -> u8 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(()).to_le_bytes()[0]
}

async fn check(folder: &std::path::Path, acknowledged: &Acknowledged) {
    let program = program::start(folder, &[("PAID_AFTER", "0s"), ("SHIPPED_AFTER", "0s")]);
    let client = program::client(&program).await;
    let orders = list(&client, 500).await;
    let ids: BTreeSet<_> = orders.iter().map(|order| order.id.clone()).collect();
    assert_eq!(ids.len(), orders.len(), "each order is listed once");
    let acknowledged = acknowledged.lock().expect("not poisoned").clone();
    let lost: Vec<_> = acknowledged.iter().filter(|(_, id)| !ids.contains(*id)).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), acknowledged.len());
    let different: BTreeSet<_> = acknowledged.values().collect();
    assert_eq!(different.len(), acknowledged.len(), "each key is an order of its own");
    // The key still returns the order, and the order continues from its state.
    let (key, id) = acknowledged.iter().next_back().expect("some were acknowledged");
    assert_eq!(&create(&client, key).await.id, id);
    reaches(&client, id, State::Shipped).await;
    assert_eq!(get(&client, id).await.total_cents, 500);
    println!("{} orders, {} of them acknowledged, none of these lost", orders.len(), acknowledged.len());
    program.kill().await;
}
