//! The page: how long it takes, and what holding its series takes.

use std::time::Duration;

use cpu_time::ThreadTime;
use prometheus::{CounterVec, Encoder, GaugeVec, Opts, Registry, TextEncoder};

use crate::{TURNS, data, median, ours};

/// What was seen.
pub(crate) struct Seen {
    /// Of the processor, for one page.
    pub(crate) time: Duration,
    /// Bytes of the page.
    pub(crate) page: usize,
    /// Bytes that are allocated for the series.
    pub(crate) held: u64,
}

/// Ours, then `prometheus`'s own encoder with the same series; the median of the turns.
pub(crate) fn compare() -> anyhow::Result<[Seen; 2]> {
    let flush = data::flush(0);
    let mut store = None;
    let ours_held = allocation_counter::measure(|| {
        let (series, stream) = ours::store();
        ours::take(&stream, &flush);
        store = Some((series, stream));
    });
    let (series, _stream) = store.expect("made above");
    let mut registry = None;
    let peer_held = allocation_counter::measure(|| registry = Some(fill()));
    let registry = registry.expect("made above")?;

    let mut times = [Vec::new(), Vec::new()];
    let mut pages = [0, 0];
    for _ in 0..TURNS {
        let begun = ThreadTime::now();
        pages[0] = series.page().map(|chunk| chunk.map(|chunk| chunk.len())).sum::<Result<_, _>>()?;
        times[0].push(begun.elapsed());
        let begun = ThreadTime::now();
        let mut page = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut page)?;
        pages[1] = page.len();
        times[1].push(begun.elapsed());
    }
    let [ours, peer] = times.map(median);
    let held = |measured: allocation_counter::AllocationInfo| measured.bytes_current.max(0).cast_unsigned();
    Ok([
        Seen { time: ours, page: pages[0], held: held(ours_held) },
        Seen { time: peer, page: pages[1], held: held(peer_held) },
    ])
}

/// The same series, with the same labels.
fn fill() -> prometheus::Result<Registry> {
    let registry = Registry::new();
    let labels = ["envoy_cluster_name", "job", "instance"];
    for statistic in 0..data::STATISTICS {
        let name = format!("envoy_{}", data::name(statistic).replace('.', "_"));
        let options = Opts::new(name, "none");
        let values =
            (0..data::CLUSTERS).map(|cluster| (data::cluster(cluster), data::value(cluster, statistic, 0)));
        if data::is_gauge(statistic) {
            let gauges = GaugeVec::new(options, &labels)?;
            values.for_each(|(cluster, value)| {
                gauges.with_label_values(&[&cluster, "envoy", "envoy-1"]).set(value);
            });
            registry.register(Box::new(gauges))?;
        } else {
            let counters = CounterVec::new(options, &labels)?;
            values.for_each(|(cluster, value)| {
                counters.with_label_values(&[&cluster, "envoy", "envoy-1"]).inc_by(value);
            });
            registry.register(Box::new(counters))?;
        }
    }
    Ok(registry)
}
