//! The open event streams: limited and counted, so that work can pause while nobody listens.

use kit::stream_slots::{NoFreeSlot, StreamClient, StreamLimits, StreamSlot, StreamSlots};
use prometheus::IntGauge;
use tokio::sync::watch;

/// A browser opens one stream for all its pages. Docker's port forwarding gives all browsers of a machine one address.
const LIMITS: StreamLimits = StreamLimits { total: 32, per_client: 8, per_address: 24 };

/// The number of open event streams; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Listeners {
    slots: StreamSlots,
    count: watch::Sender<usize>,
    gauge: IntGauge,
}

/// The slot of one event stream; dropping it frees the slot.
#[derive(Debug)]
pub(crate) struct Slot {
    listeners: Listeners,
    _slot: StreamSlot,
}

impl Listeners {
    pub(crate) fn new(gauge: IntGauge) -> Self {
        Self { slots: StreamSlots::new(LIMITS), count: watch::Sender::new(0), gauge }
    }

    /// Returns once at least one stream is open.
    pub(crate) async fn wait_for_any(&self) {
        // `wait_for` fails only if the sender is dropped, and `self` owns it.
        _ = self.count.subscribe().wait_for(|count| *count > 0).await;
    }

    /// Takes a slot for a stream of this client.
    pub(crate) fn take_slot(&self, client: StreamClient) -> Result<Slot, NoFreeSlot> {
        let slot = self.slots.take(client)?;
        self.count.send_modify(|count| *count += 1);
        self.gauge.inc();
        Ok(Slot { listeners: self.clone(), _slot: slot })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.listeners.count.send_modify(|count| *count -= 1);
        self.listeners.gauge.dec();
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn counts_the_streams_of_each_client_and_forgets_dropped_ones() {
        let listeners = Listeners::new(IntGauge::new("a", "b").unwrap());
        let take =
            |last: u8| listeners.take_slot(StreamClient::new([127, 0, 0, last].into(), &HeaderMap::new()));
        let slots: Vec<Slot> = (0..LIMITS.per_client).map(|_| take(1).unwrap()).collect();
        assert_eq!(take(1).unwrap_err(), NoFreeSlot::Client(LIMITS.per_client));
        assert_eq!(listeners.gauge.get(), LIMITS.per_client as i64);
        assert!(take(2).is_ok());
        drop(slots);
        assert_eq!((listeners.gauge.get(), *listeners.count.borrow()), (0, 0));
        assert!(take(1).is_ok());
    }
}
