//! The live map of the lab: each part with its health, and what flows between them.
//!
//! Measured once a second while somebody looks. What cannot be measured is told as such, and why; Prometheus itself may
//! be down.

mod flow;
mod health;
mod map;
mod measure;
mod node;
mod promql;
mod pushes;

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use self::map::Map;
use self::measure::Plan;
use crate::newest::Newest;
use crate::state::Shared;

/// As often as Prometheus scrapes.
const PERIOD: Duration = Duration::from_secs(1);

/// The newest map, once somebody has looked.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) newest: Newest<Map>,
}

/// Runs until shutdown.
pub(crate) async fn run(console: Shared) {
    console.shutdown.run_until_cancelled(measure_while_watched(&console)).await;
}

async fn measure_while_watched(console: &Shared) {
    let plan = Plan::of(&console.config);
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        console.events.watched().await;
        ticks.tick().await;
        let map = plan.measure(&console.parts).await;
        console.picture.newest.publish(map);
    }
}
