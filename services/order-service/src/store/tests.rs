//! Properties that the store relies on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Builder;

use super::*;
use crate::order::{Item, State};

struct Opened {
    store: Store,
    threads: Threads,
    metrics: Metrics,
    path: PathBuf,
    _folder: TempDir,
}

fn open(retain: u64) -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    let settings = Settings { retain, paid_after: Duration::ZERO, shipped_after: Duration::ZERO };
    let metrics = Metrics::register(&Registry::new()).expect("registered once");
    let (store, threads) =
        Store::open(&path, settings, metrics.clone(), &Arc::default()).expect("the store opens");
    Opened { store, threads, metrics, path, _folder: folder }
}

fn tea(key: &str) -> NewOrder {
    let item = Item { sku: "tea".into(), quantity: 2, price_cents: 250 };
    NewOrder { idempotency_key: Some(key.into()), customer: "Ada".into(), items: vec![item] }
}

#[test]
fn no_query_scans_the_table() {
    let opened = open(10);
    let connection = Connection::open(&opened.path).expect("the file opens");
    for query in [advance::PAY, advance::SHIP, advance::NEXT, read::BY_ID, read::PAGE, create::BY_KEY] {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).expect("a plan");
        let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
        let steps = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3));
        let steps: Vec<_> = steps.expect("a plan").map(|step| step.expect("a step")).collect();
        assert!(steps.iter().any(|step| step.starts_with("SEARCH orders")), "{query}: {steps:?}");
        assert!(steps.iter().all(|step| step != "SCAN orders"), "{query}: {steps:?}");
    }
}

#[test]
fn a_commit_survives_a_loss_of_power() {
    let opened = open(10);
    let connection = connection::to_write(&opened.path).expect("the file opens");
    let setting =
        |name| connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
    assert_eq!(setting("journal_mode").expect("a value"), "wal".to_owned().into());
    // FULL.
    assert_eq!(setting("synchronous").expect("a value"), 2.into());
}

#[tokio::test]
async fn a_full_queue_rejects_calls() {
    let (writes, _kept) = mpsc::channel(1);
    let opened = open(10);
    let store = Store { writes, ..opened.store.clone() };
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.advance().await }
    });
    while store.writes.capacity() > 0 {
        tokio::task::yield_now().await;
    }
    let rejected = store.create(tea("k")).await.expect_err("a full queue");
    assert!(matches!(rejected, Error::Full) && rejected.is_temporary());
    waiting.abort();
}

#[derive(Clone, Debug)]
enum Step {
    Create(u8),
    Advance,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![3 => (0..20u8).prop_map(Step::Create), 1 => Just(Step::Advance)];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn the_gauges_equal_the_table_and_the_oldest_shipped_orders_are_removed(steps in steps(), retain in 1..8u64) {
        let Opened { store, threads, metrics, path, _folder } = open(retain);
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let mut placed = 0;
        for step in steps {
            match step {
                Step::Create(key) => {
                    let created = runtime.block_on(store.create(tea(&key.to_string()))).expect("created");
                    placed += i64::from(matches!(created, Created::Placed(_)));
                }
                Step::Advance => {
                    runtime.block_on(store.advance()).expect("advanced");
                }
            }
            let shown = State::ALL.map(|state| metrics.orders(state).get());
            let connection = Connection::open(&path).expect("the file opens");
            let counted = State::ALL.map(|state| {
                let count = "SELECT count(*) FROM orders WHERE state = ?";
                connection.query_row(count, [state], |row| row.get::<_, i64>(0)).expect("a count")
            });
            prop_assert_eq!(shown, counted);
            let removed = i64::try_from(metrics.removed().get()).expect("few");
            prop_assert_eq!(shown.iter().sum::<i64>() + removed, placed);
            let open = shown[0] + shown[1];
            prop_assert!(shown.iter().sum::<i64>() <= open.max(retain.cast_signed()));
        }
        drop(store);
        threads.join();
    }
}
