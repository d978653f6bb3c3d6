//! The open event streams: at most [`MAX_LISTENERS`] at a time, counted, so that work can pause while nobody listens.

use prometheus::IntGauge;
use tokio::sync::watch;

/// Maximum number of event streams. A browser opens one per page.
pub(crate) const MAX_LISTENERS: usize = 32;

/// The number of open event streams; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Listeners {
    count: watch::Sender<usize>,
    gauge: IntGauge,
}

/// The slot of one event stream; dropping it frees the slot.
#[derive(Debug)]
pub(crate) struct Slot(Listeners);

impl Listeners {
    pub(crate) fn new(gauge: IntGauge) -> Self {
        Self { count: watch::Sender::new(0), gauge }
    }

    /// Returns once at least one stream is open.
    pub(crate) async fn wait_for_any(&self) {
        // `wait_for` fails only if the sender is dropped, and `self` owns it.
        _ = self.count.subscribe().wait_for(|count| *count > 0).await;
    }

    /// Takes a slot; `None` if all are taken.
    pub(crate) fn take_slot(&self) -> Option<Slot> {
        let increment = |count: &mut usize| {
            let free = *count < MAX_LISTENERS;
            *count += usize::from(free);
            free
        };
        self.count.send_if_modified(increment).then(|| {
            self.gauge.inc();
            Slot(self.clone())
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count -= 1);
        self.0.gauge.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_the_number_of_slots_and_frees_them_on_drop() {
        let listeners = Listeners::new(IntGauge::new("a", "b").unwrap());
        let slots: Vec<Slot> = (0..MAX_LISTENERS).map(|_| listeners.take_slot().unwrap()).collect();
        assert!(listeners.take_slot().is_none());
        assert_eq!(listeners.gauge.get(), MAX_LISTENERS as i64);
        drop(slots);
        assert_eq!((listeners.gauge.get(), *listeners.count.borrow()), (0, 0));
        assert!(listeners.take_slot().is_some());
    }
}
