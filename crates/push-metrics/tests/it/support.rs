//! A reporter that pushes to a stand-in for InfluxDB.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use push_metrics::{Builder, Destination, Registry, Reporter, Stats};
use testkit::influx::Point;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than any test has patience for.
pub(crate) const LONG: Duration = Duration::from_secs(600);
pub(crate) const SHORT: Duration = Duration::from_millis(10);

/// The timestamps of a series, which must rise.
pub(crate) fn rising(points: &[Point], series: &str) -> Vec<u64> {
    let of = points.iter().filter(|point| point.series == series);
    let timestamps: Vec<u64> = of.map(|point| point.timestamp).collect();
    assert!(timestamps.is_sorted_by(|one, next| one < next), "{timestamps:?}");
    timestamps
}

/// The field of counters.
pub(crate) fn values(points: &[Point]) -> Vec<&str> {
    points.iter().map(|point| point.field("value")).collect()
}

/// A reporter that runs.
pub(crate) struct Pushing {
    stop: CancellationToken,
    pub(crate) stats: Arc<Stats>,
    task: JoinHandle<()>,
}

impl Pushing {
    pub(crate) fn start(reporter: Reporter, grace: Duration) -> Self {
        let (stop, stats) = (CancellationToken::new(), reporter.stats());
        let task = tokio::spawn(reporter.run(stop.clone().cancelled_owned(), grace));
        Self { stop, stats, task }
    }

    /// To a database `metric` at this address, each few milliseconds.
    pub(crate) fn often(address: SocketAddr, registry: &Registry) -> Self {
        Self::start(to(address).interval(SHORT).build(registry).expect("a reporter"), LONG)
    }

    /// Tells it to stop and no more.
    pub(crate) fn tell_to_stop(&self) {
        self.stop.cancel();
    }

    /// Tells it to stop and waits until it has.
    pub(crate) async fn stop(self) -> Arc<Stats> {
        self.stop.cancel();
        self.task.await.expect("no panic");
        self.stats
    }
}

pub(crate) fn to(address: SocketAddr) -> Builder {
    Reporter::builder(Destination::v1(&format!("http://{address}"), "metric").expect("an address"))
}
