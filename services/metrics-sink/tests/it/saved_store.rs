//! A store continues what another one has saved.

use std::convert::Infallible;
use std::sync::Arc;

use envoy_types::pb::io::prometheus::client::MetricFamily;
use metrics_sink::store::{Limits, SavedFamily, SavedPart, SavedSeries, SavedSeriesList, Store, Temporality};
use metrics_sink::wire::Message;
use prometheus_text::Exposition;
use prost::Message as _;

use crate::state_file::flush;
use crate::support::messages::{at, counter, first, histogram};
use crate::support::{continued, limits, open_stream_of, page_text, store_with};

#[test]
fn a_node_of_many_parts_is_continued_as_a_whole() {
    let limits = Limits { bytes: 64 << 20, series: 200_000, ..limits() };
    let filler = "x".repeat(400);
    let names: Vec<_> = (0..700).map(|at| format!("{filler}{at}")).collect();
    let series = |second: u32| {
        let mut families = flush(second);
        for name in &names {
            families.push(counter("many", &[("a", name)], 3.0));
            families.push(histogram("times", &[("a", name)], &[(1.0, 1), (2.0, 2)], 3, 4.0));
        }
        at(1_000_000 + 1_000 * i64::from(second), families)
    };
    for (temporality, total) in [(Temporality::Cumulative, 3.0), (Temporality::Delta, 6.0)] {
        let store = store_with(limits, temporality);
        apply(&store, &series(100));
        assert!(saved(&store).len() > 1, "{}", saved(&store).len());
        let store = continued(&store, limits, temporality);
        apply(&store, &flush(101));
        apply(&store, &series(102));
        let page = page(&store);
        for name in &names {
            let labels = [("a", name.as_str())];
            assert_eq!(page.value("envoy_many", &labels), Some(total));
            assert_eq!(page.value("envoy_times_count", &labels), Some(6.0));
        }
    }
}

#[test]
fn a_node_that_has_been_away_for_too_long_is_dropped() {
    let store = store_with(limits(), Temporality::Cumulative);
    apply(&store, &flush(100));
    let mut parts = saved(&store);
    let hour_ms = 3_600_000;
    parts.iter_mut().for_each(|part| part.received_ms -= hour_ms);
    let store = store_with(limits(), Temporality::Cumulative);
    store.restore(parts);
    assert_eq!(store.budget().bytes(), 0);
    apply(&store, &flush(101));
    assert_eq!(page(&store).value("envoy_rq_time_count", &[]), Some(1.0));
}

#[test]
fn invalid_series_of_a_file_are_refused_one_by_one() {
    let store = store_with(limits(), Temporality::Cumulative);
    apply(&store, &flush(100));
    let mut parts = saved(&store);
    let mut list = SavedSeriesList::decode(&parts[0].series[..]).unwrap();
    let family = list.families.iter().find(|family| family.name == "envoy_rq_time").unwrap().clone();
    let mut add = |name: &str, change: fn(&mut SavedSeries)| {
        let mut family = SavedFamily { name: name.into(), ..family.clone() };
        change(&mut family.series[0]);
        list.families.push(family);
    };
    add("envoy_rq time", |_| {});
    add("rq_time", |_| {});
    add("envoy_a", |series| series.labels = "le=\"1\"".into());
    add("envoy_b", |series| series.labels = "a=\"1\"} 7\n".into());
    add("envoy_c", |series| series.sum = f64::NAN);
    add("envoy_d", |series| series.buckets = vec![2, 1]);
    add("envoy_e", |series| series.buckets = vec![0, 9]);
    add("envoy_f", |series| series.buckets = vec![]);
    add("envoy_g", |series| series.bounds = 9);
    add("envoy_valid", |_| {});
    parts[0].series = list.encode_to_vec();
    let store = store_with(limits(), Temporality::Cumulative);
    store.restore(parts);
    apply(&store, &flush(101));
    assert_eq!(page(&store).value("envoy_rq_time_count", &[]), Some(2.0));
    assert_eq!(page(&store).value("envoy_valid_count", &[]), Some(1.0));
    assert_eq!(page(&store).families().count(), 6);
    assert_eq!(store.nodes()[0].refused, 9);
}

fn saved(store: &Store) -> Vec<SavedPart> {
    let mut parts = Vec::new();
    let keep = |part: &SavedPart| {
        parts.push(part.clone());
        Ok::<_, Infallible>(())
    };
    store.save(keep).unwrap();
    parts
}

fn page(store: &Store) -> Exposition {
    prometheus_text::parse(&page_text(store)).unwrap()
}

fn apply(store: &Arc<Store>, families: &[MetricFamily]) {
    let stream = open_stream_of(store, "e");
    stream.record_flush().unwrap();
    let bytes = first("e", families.to_vec()).encode_to_vec();
    stream.apply(&Message::parse(&bytes).unwrap()).unwrap();
}
