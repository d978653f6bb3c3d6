//! Reporters that push to a fake of InfluxDB.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use push_metrics::{Destination, Registry, Reporter, ReporterBuilder, Stats};
use testkit::influx::Point;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const TEST_TIMEOUT: Duration = Duration::from_secs(20);
/// Longer than any test runs.
pub(crate) const NEVER: Duration = Duration::from_secs(600);
pub(crate) const INTERVAL: Duration = Duration::from_millis(10);

/// The timestamps of a series. Panics unless they are strictly ascending.
pub(crate) fn timestamps(points: &[Point], series: &str) -> Vec<u64> {
    let series_points = points.iter().filter(|point| point.series == series);
    let timestamps: Vec<u64> = series_points.map(|point| point.timestamp).collect();
    assert!(timestamps.is_sorted_by(|one, next| one < next), "{timestamps:?}");
    timestamps
}

/// The field `value` of each point.
pub(crate) fn values(points: &[Point]) -> Vec<&str> {
    points.iter().map(|point| point.field("value")).collect()
}

/// A reporter that runs in a task.
pub(crate) struct RunningReporter {
    stop: CancellationToken,
    pub(crate) stats: Arc<Stats>,
    task: JoinHandle<()>,
}

impl RunningReporter {
    pub(crate) fn start(reporter: Reporter, grace: Duration) -> Self {
        let (stop, stats) = (CancellationToken::new(), reporter.stats());
        let task = tokio::spawn(reporter.run(stop.clone().cancelled_owned(), grace));
        Self { stop, stats, task }
    }

    /// Pushes to the database `metric` at this address every few milliseconds.
    pub(crate) fn start_default(address: SocketAddr, registry: &Registry) -> Self {
        Self::start(builder(address).interval(INTERVAL).build(registry).expect("valid settings"), NEVER)
    }

    /// Requests a stop without waiting for it.
    pub(crate) fn request_stop(&self) {
        self.stop.cancel();
    }

    /// Stops the reporter and waits for its last push.
    pub(crate) async fn stop(self) -> Arc<Stats> {
        self.stop.cancel();
        self.task.await.expect("reporter does not panic");
        self.stats
    }
}

pub(crate) fn builder(address: SocketAddr) -> ReporterBuilder {
    Reporter::builder(Destination::v1(&format!("http://{address}"), "metric").expect("valid address"))
}
