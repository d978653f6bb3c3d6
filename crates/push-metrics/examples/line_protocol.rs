//! Prints a registry's metrics in InfluxDB's line protocol.
//!
//! ```sh
//! cargo run --example line_protocol
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, SystemTime};

use push_metrics::{Registry, Sample};

fn main() -> Result<(), Box<dyn Error>> {
    let registry = Registry::new();
    registry.counter("count_request")?.add(3);
    registry.gauge("queue_length")?.set(1.5);
    registry.integer_gauge("threads")?.set(4);
    registry.histogram("response_bytes", Sample::default())?.update(512);
    registry.meter("bytes")?.mark(4096);
    registry.timer("response_time")?.update(Duration::from_millis(5));
    let tags = BTreeMap::from([("service".to_owned(), "example".to_owned())]);
    let timestamp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos() as u64;
    print!("{}", registry.to_line_protocol(&tags, timestamp)?);
    Ok(())
}
