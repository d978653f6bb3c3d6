//! Pushes a counter and a timer to InfluxDB every second, until Ctrl-C.
//!
//! ```sh
//! docker run --rm -p 8086:8086 influxdb:1.8
//! cargo run --example push -- http://127.0.0.1:8086
//! ```

use std::env;
use std::error::Error;
use std::time::Duration;

use push_metrics::{Destination, Registry, Reporter};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8086".to_owned());
    let registry = Registry::new();
    let requests = registry.counter("count_request")?;
    let response_time = registry.timer("response_time")?;
    let influxdb = Destination::v1(&address, "example")?.create_database(Duration::from_secs(24 * 3600));
    let reporter = Reporter::builder(influxdb).tag("service", "example").build(&registry)?;
    let stats = reporter.stats();
    let work = async {
        loop {
            let _running = response_time.start();
            requests.inc();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    tokio::select! {
        () = work => {}
        () = reporter.run(stop, Duration::from_secs(5)) => {}
    }
    println!("{} points pushed, {} written, {} dropped", stats.pushed(), stats.written(), stats.dropped());
    Ok(())
}
