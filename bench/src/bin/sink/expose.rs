//! Compares the time of rendering the page, and the memory of its series.

use std::time::Duration;

use cpu_time::ThreadTime;
use prometheus::{CounterVec, Encoder, GaugeVec, Opts, Registry, TextEncoder};

use crate::{TURNS, data, median, ours};

/// The costs of a page.
pub(crate) struct PageCost {
    /// CPU time of one rendering.
    pub(crate) time: Duration,
    /// Size of the page, in bytes.
    pub(crate) page_bytes: usize,
    /// Memory of the series, in bytes.
    pub(crate) series_bytes: u64,
}

/// The costs of the sink's store, and of the `prometheus` crate's encoder with the same series. Times are medians.
pub(crate) fn compare() -> anyhow::Result<[PageCost; 2]> {
    let flush = data::flush(0);
    let mut store = None;
    let ours_memory = allocation_counter::measure(|| {
        let (series, stream) = ours::store();
        ours::apply(&stream, &flush);
        store = Some((series, stream));
    });
    let (series, _stream) = store.expect("made above");
    let mut registry = None;
    let peer_memory = allocation_counter::measure(|| registry = Some(fill()));
    let registry = registry.expect("made above")?;

    let mut times = [Vec::new(), Vec::new()];
    let mut pages = [0, 0];
    for _ in 0..TURNS {
        let start = ThreadTime::now();
        pages[0] = series.page().map(|chunk| chunk.map(|chunk| chunk.len())).sum::<Result<_, _>>()?;
        times[0].push(start.elapsed());
        let start = ThreadTime::now();
        let mut page = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut page)?;
        pages[1] = page.len();
        times[1].push(start.elapsed());
    }
    let [ours, peer] = times.map(median);
    let bytes = |measured: allocation_counter::AllocationInfo| measured.bytes_current.max(0).cast_unsigned();
    Ok([
        PageCost { time: ours, page_bytes: pages[0], series_bytes: bytes(ours_memory) },
        PageCost { time: peer, page_bytes: pages[1], series_bytes: bytes(peer_memory) },
    ])
}

/// A registry with the same series and labels.
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
