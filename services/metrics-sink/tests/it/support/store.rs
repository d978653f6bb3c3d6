//! The store alone, without a server.

use std::sync::Arc;
use std::time::Duration;

use metrics_sink::refusal::Refusals;
use metrics_sink::store::{Counters, Identity, Limits, Nodes, Stream};
use prometheus::Registry;

/// The most that its series may take.
pub(crate) const BYTES: usize = 256 * 1024;

/// One for one node.
pub(crate) fn nodes(reading: Duration) -> Arc<Nodes> {
    let limits = Limits {
        series: 10_000,
        bytes: BYTES,
        nodes: 1,
        label: 1024,
        stale_after: Duration::from_secs(1),
        remember: Duration::from_secs(60),
        reading,
    };
    let refusals = Refusals::register(&Registry::new()).unwrap();
    Arc::new(Nodes::new(limits, Counters::Cumulative, Arc::new(refusals)))
}

/// A stream of that node.
pub(crate) fn open(nodes: &Arc<Nodes>) -> Stream {
    nodes.open(Identity { job: "envoy".into(), instance: "e".into() }).unwrap()
}
