//! Who listens: so many at most, and whether anybody does.

use prometheus::IntGauge;
use tokio::sync::watch;

/// Browsers open one stream a page.
pub(super) const MOST: usize = 32;

/// The open streams.
#[derive(Debug)]
pub(crate) struct Events(watch::Sender<usize>);

/// A stream's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Listening {
    count: watch::Sender<usize>,
    gauge: IntGauge,
}

impl Default for Events {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Events {
    /// Returns once somebody listens.
    pub(crate) async fn watched(&self) {
        // The sender lives as long as this.
        _ = self.0.subscribe().wait_for(|listeners| *listeners > 0).await;
    }

    /// A place, if there is one.
    pub(super) fn listen(&self, gauge: &IntGauge) -> Option<Listening> {
        let enter = |listeners: &mut usize| {
            let room = *listeners < MOST;
            *listeners += usize::from(room);
            room
        };
        self.0.send_if_modified(enter).then(|| {
            gauge.inc();
            Listening { count: self.0.clone(), gauge: gauge.clone() }
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.count.send_modify(|listeners| *listeners -= 1);
        self.gauge.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_places_and_each_is_given_back() {
        let (events, gauge) = (Events::default(), IntGauge::new("a", "b").unwrap());
        let all: Vec<Listening> = (0..MOST).map(|_| events.listen(&gauge).unwrap()).collect();
        assert!(events.listen(&gauge).is_none());
        assert_eq!(gauge.get(), MOST as i64);
        drop(all);
        assert_eq!((gauge.get(), *events.0.borrow()), (0, 0));
        assert!(events.listen(&gauge).is_some());
    }
}
