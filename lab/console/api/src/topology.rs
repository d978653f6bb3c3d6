//! The live topology of the lab: the health of each service, and what flows between them.
//!
//! Measured once a second while an event stream is open. Prometheus itself may be down: a figure that cannot be measured is
//! null, and a service whose health is unknown has the reason in its note.

mod edges;
mod health;
mod measure;
mod model;
mod nodes;
mod promql;
mod pushes;
mod view;

use std::sync::Arc;
use std::time::Duration;

use clients::Clients;
use tokio::time::{MissedTickBehavior, interval};

use self::measure::Plan;
pub(crate) use self::view::Topology;
use crate::config::Config;
use crate::feed::Feed;
use crate::listeners::Listeners;

/// Prometheus' scrape interval.
const MEASURE_INTERVAL: Duration = Duration::from_secs(1);

/// Measures the topology while somebody listens.
pub(crate) async fn run(config: Arc<Config>, clients: Clients, listeners: Listeners, feed: Feed<Topology>) {
    let plan = Plan::new(&config);
    let mut ticks = interval(MEASURE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        listeners.wait_for_any().await;
        ticks.tick().await;
        feed.publish(plan.measure(&clients).await);
    }
}
