//! Metrics of the orders and of the store.

use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntGauge, IntGaugeVec, Opts, Registry};

use crate::operation::Operation;
use crate::order::State;

/// Bucket bounds in seconds. They range from a read from memory to a stalled disk.
const BUCKETS: [f64; 15] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Handles of the series, resolved once.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    orders: [IntGauge; State::ALL.len()],
    removed: IntCounter,
    store: [Histogram; Operation::ALL.len()],
}

impl Metrics {
    /// # Errors
    ///
    /// If the registry already has these metrics.
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let orders =
            IntGaugeVec::new(Opts::new("order_service_orders", "Stored orders, by state."), &["state"])?;
        let removed = IntCounter::new(
            "order_service_orders_removed_total",
            "Old orders removed because of the limit of stored orders.",
        )?;
        let opts = HistogramOpts::new(
            "order_service_store_duration_seconds",
            "Duration of a store operation, including its wait for a connection.",
        );
        let store = HistogramVec::new(opts.buckets(BUCKETS.to_vec()), &["operation"])?;
        registry.register(Box::new(orders.clone()))?;
        registry.register(Box::new(removed.clone()))?;
        registry.register(Box::new(store.clone()))?;
        Ok(Self {
            orders: State::ALL.map(|state| orders.with_label_values(&[state.name()])),
            removed,
            store: Operation::ALL.map(|operation| store.with_label_values(&[operation.name()])),
        })
    }

    pub(crate) fn orders(&self, state: State) -> &IntGauge {
        &self.orders[state.index()]
    }

    pub(crate) fn removed(&self) -> &IntCounter {
        &self.removed
    }

    pub(crate) fn store(&self, operation: Operation) -> &Histogram {
        &self.store[operation as usize]
    }
}
