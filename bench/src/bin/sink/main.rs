//! Compares the metrics sink with straightforward implementations: receiving Envoy's flushes, and exposing them.
//!
//! Ratios are comparable between machines, absolute figures are not. Nothing is asserted.

mod client;
mod data;
mod expose;
mod ours;
mod peer;
mod receive;

use std::time::Duration;

const TURNS: usize = 5;

fn main() -> anyhow::Result<()> {
    println!("{} families of one series each, {} bytes a flush\n", data::FAMILIES, data::flush(0).len());
    let [ours, peer] = receive::compare()?;
    println!("taken in over loopback, both ends      families per CPU-second");
    println!("  metrics-sink                          {:>10.2} M", ours / 1e6);
    println!("  tonic, prost, HashMap<String, f64>    {:>10.2} M    ratio {:.1}", peer / 1e6, ours / peer);
    let alone = receive::store_alone();
    println!("  metrics-sink without the network      {:>10.2} M\n", alone / 1e6);

    let [ours, peer] = expose::compare()?;
    println!("exposed                                   CPU time     page    held per series");
    for (name, cost) in [("metrics-sink", &ours), ("prometheus' own encoder", &peer)] {
        println!(
            "  {name:<38} {:>7.1} ms {:>5.1} MB {:>8.0} bytes",
            milliseconds(cost.time),
            cost.page_bytes as f64 / 1e6,
            cost.series_bytes as f64 / data::FAMILIES as f64,
        );
    }
    println!("  ratio {:.1}", peer.time.as_secs_f64() / ours.time.as_secs_f64());
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("no NaN is measured"));
    values[values.len() / 2]
}
