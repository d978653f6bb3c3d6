//! Compares the store with a model of an Envoy: whatever it does, the page has the values of its own page.

use std::collections::BTreeMap;

use envoy_types::pb::io::prometheus::client::MetricFamily;
use metrics_sink::store::{Limits, Store, Stream, Temporality};
use metrics_sink::wire::Message;
use proptest::prelude::*;
use prost::Message as _;
use std::sync::Arc;
use std::time::Duration;

use crate::support::messages::{at, counter, first, gauge, histogram};
use crate::support::{continued, limits, open_stream, page_text, store_with};

const COUNTERS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// An Envoy process and the clock of its machine.
struct Envoy {
    now_ms: i64,
    start_ms: i64,
    totals: BTreeMap<&'static str, u64>,
    /// The increases since the last flush.
    deltas: BTreeMap<&'static str, u64>,
    observations: u64,
    new_observations: u64,
}

#[derive(Debug, Clone)]
enum Event {
    /// Requests increase some counters and the histogram.
    Requests(Vec<(usize, u64)>),
    /// A configuration update re-creates a counter.
    Recreate(usize),
    /// A flush in batches of this size, with a repeated counter.
    Flush {
        after_ms: i64,
        batch: usize,
        repeats: bool,
    },
    Reconnect,
    /// The process ends, and another one starts.
    Restart {
        after_ms: i64,
    },
    /// The sink ends, and another one starts with its state file. Both receive a part of one flush, of at most `batch`
    /// families each, if that is not 0.
    RestartSink {
        batch: usize,
    },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => prop::collection::vec((0..COUNTERS.len(), 1..100u64), 0..4).prop_map(Event::Requests),
        1 => (0..COUNTERS.len()).prop_map(Event::Recreate),
        6 => (1..9_000i64, 1..9usize, any::<bool>())
            .prop_map(|(after_ms, batch, repeats)| Event::Flush { after_ms, batch, repeats }),
        1 => Just(Event::Reconnect),
        1 => (3_000..60_000i64).prop_map(|after_ms| Event::Restart { after_ms }),
        1 => (0..9usize).prop_map(|batch| Event::RestartSink { batch }),
    ];
    prop::collection::vec(event, 1..60)
}

impl Envoy {
    fn start(now_ms: i64) -> Self {
        Self {
            // Younger processes can be told apart by their counters only.
            now_ms: now_ms + 3_000,
            start_ms: now_ms,
            totals: BTreeMap::new(),
            deltas: BTreeMap::new(),
            observations: 0,
            new_observations: 0,
        }
    }

    fn uptime(&self) -> f64 {
        (self.now_ms / 1_000 - self.start_ms / 1_000) as f64
    }

    /// The families in Envoy's order.
    fn snapshot(&mut self, temporality: Temporality, repeats: bool) -> Vec<MetricFamily> {
        let deltas = std::mem::take(&mut self.deltas);
        let value = |name: &str, total: u64| match temporality {
            Temporality::Cumulative => total as f64,
            Temporality::Delta => deltas.get(name).copied().unwrap_or_default() as f64,
        };
        let mut families: Vec<_> =
            self.totals.iter().map(|(name, total)| counter(name, &[], value(name, *total))).collect();
        if repeats {
            families.extend(self.totals.keys().map(|name| counter(name, &[], 1.0)));
        }
        families.push(gauge("server.uptime", &[], self.uptime()));
        let new = std::mem::take(&mut self.new_observations);
        self.observations += new;
        families.push(histogram("time", &[], &[(5.0, new)], new, new as f64));
        at(self.now_ms, families)
    }
}

fn send(store: &Arc<Store>, stream: &mut Option<Stream>, families: &[MetricFamily], batch: usize) {
    let stream = stream.get_or_insert_with(|| open_stream(store));
    for batch in families.chunks(batch) {
        stream.record_flush().unwrap();
        let bytes = first("e", batch.to_vec()).encode_to_vec();
        stream.apply(&Message::parse(&bytes).unwrap()).unwrap();
    }
}

/// Flushes everything since the last flush.
fn flush(
    store: &Arc<Store>,
    stream: &mut Option<Stream>,
    envoy: &mut Envoy,
    temporality: Temporality,
    batch: usize,
    repeats: bool,
) {
    let families = envoy.snapshot(temporality, repeats);
    send(store, stream, &families, batch);
}

/// The page has the totals of the Envoy, and only the series of this process.
fn expect_equal(store: &Store, envoy: &Envoy, restarts: u64) -> Result<(), TestCaseError> {
    let page = prometheus_text::parse(&page_text(store)).unwrap();
    for (name, total) in &envoy.totals {
        prop_assert_eq!(page.value(&format!("envoy_{name}"), &[]), Some(*total as f64), "{}", name);
    }
    prop_assert_eq!(page.families().count(), envoy.totals.len() + 2);
    prop_assert_eq!(page.value("envoy_time_count", &[]), Some(envoy.observations as f64));
    prop_assert_eq!(store.nodes()[0].restarts, restarts);
    Ok(())
}

fn run(events: Vec<Event>, temporality: Temporality) -> Result<(), TestCaseError> {
    let limits = Limits { stale_after: Duration::from_secs(600), ..limits() };
    let mut store = store_with(limits, temporality);
    let mut stream = None;
    let mut envoy = Envoy::start(1_700_000_000_123);
    let mut restarts = 0;
    let (mut is_known, mut has_flushed) = (false, false);
    for event in events {
        match event {
            Event::Requests(requests) => {
                for (name, count) in requests {
                    *envoy.totals.entry(COUNTERS[name]).or_default() += count;
                    *envoy.deltas.entry(COUNTERS[name]).or_default() += count;
                    envoy.new_observations += count;
                }
            }
            // Deltas go on, so the sink cannot notice.
            Event::Recreate(_) if temporality == Temporality::Delta => {}
            Event::Recreate(name) => {
                if let Some(total) = envoy.totals.get_mut(COUNTERS[name]) {
                    *total = 0;
                }
            }
            Event::Reconnect => drop(stream.take()),
            Event::RestartSink { batch } => {
                let mut rest = None;
                if batch > 0 && is_known {
                    envoy.now_ms += 1_000;
                    let families = envoy.snapshot(temporality, false);
                    let (before, after) = families.split_at(batch.min(families.len()));
                    send(&store, &mut stream, before, 3);
                    rest = Some(after.to_vec());
                }
                drop(stream.take());
                store = continued(&store, limits, temporality);
                // The new sink will notice that the process is another one than the one in the file.
                restarts = u64::from(!is_known && has_flushed);
                if let Some(rest) = rest {
                    send(&store, &mut stream, &rest, 3);
                    envoy.now_ms += 1_000;
                    flush(&store, &mut stream, &mut envoy, temporality, 8, false);
                    expect_equal(&store, &envoy, restarts)?;
                }
            }
            Event::Restart { after_ms } => {
                drop(stream.take());
                restarts += u64::from(is_known);
                is_known = false;
                envoy = Envoy::start(envoy.now_ms + after_ms);
            }
            Event::Flush { after_ms, batch, repeats } => {
                envoy.now_ms += after_ms;
                flush(&store, &mut stream, &mut envoy, temporality, batch, repeats);
                (is_known, has_flushed) = (true, true);
                expect_equal(&store, &envoy, restarts)?;
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn totals_are_those_of_the_envoy(events in events()) {
        run(events, Temporality::Cumulative)?;
    }

    #[test]
    fn deltas_add_up_to_the_totals_of_the_envoy(events in events()) {
        run(events, Temporality::Delta)?;
    }
}
