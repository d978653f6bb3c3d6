//! Pushes a registry to InfluxDB, again and again.

mod builder;
mod collect;
mod deliver;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::destination::Destination;
use crate::line::Tags;
use crate::queue::Queue;
use crate::registry::Registry;
use crate::stats::Stats;

pub use builder::{BuildError, Builder};

/// Makes a point of each metric at each interval, and delivers the points in their order.
///
/// While InfluxDB is away, slow, overloaded or broken, points wait with the timestamps of their time, up to a bound;
/// beyond it the oldest go, counted and logged. One that InfluxDB refuses for what it is holds up no other.
#[derive(Debug)]
#[must_use = "it does nothing until it is run"]
pub struct Reporter {
    registry: Registry,
    tags: Tags,
    interval: Duration,
    queue: Queue,
    client: Client,
    stats: Arc<Stats>,
}

impl Reporter {
    /// A reporter to this destination, to be completed.
    pub fn builder(destination: Destination) -> Builder {
        Builder::new(destination)
    }

    /// What becomes of the points.
    #[must_use]
    pub fn stats(&self) -> Arc<Stats> {
        self.stats.clone()
    }

    /// Pushes until `stop` is ready; then once more, and delivers what waits, for at most `grace`.
    pub async fn run(self, stop: impl Future<Output = ()>, grace: Duration) {
        let stopping = CancellationToken::new();
        let collected = async {
            self.collect(stop).await;
            self.queue.close();
            stopping.cancel();
        };
        let delivered = async {
            let over = async {
                stopping.cancelled().await;
                sleep(grace).await;
            };
            tokio::select! {
                biased;
                () = self.deliver(&stopping) => {}
                () = over => {
                    let points = self.queue.points();
                    self.stats.add_dropped(points);
                    tracing::warn!(points, "grace period over, points are lost");
                }
            }
        };
        tokio::join!(collected, delivered);
        let (written, rejected, dropped) =
            (self.stats.written(), self.stats.rejected(), self.stats.dropped());
        tracing::info!(written, rejected, dropped, "the last points are pushed");
    }
}
