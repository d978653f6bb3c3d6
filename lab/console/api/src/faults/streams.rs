//! The traffic that faults' alerts need: one stream of each kind, however many faults ask for it.

use std::sync::{Arc, Weak};

use catalog::Stream;
use clients::Clients;
use faults::load::Generator;
use parking_lot::Mutex;

/// The streams that flow now.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<Vec<(Stream, Weak<Generator>)>>);

impl Streams {
    /// Starts those that do not flow yet. Each ends when the last who asked for it drops it.
    pub(super) fn share(&self, parts: &Clients, wanted: &[Stream]) -> Vec<Arc<Generator>> {
        let mut flowing = self.0.lock();
        flowing.retain(|(_, traffic)| traffic.strong_count() > 0);
        let mut shares = Vec::new();
        for stream in wanted {
            let known = flowing.iter().find(|(known, _)| known == stream);
            let share = known.and_then(|(_, traffic)| traffic.upgrade()).unwrap_or_else(|| {
                let traffic = Arc::new(Generator::start(parts, *stream));
                flowing.push((*stream, Arc::downgrade(&traffic)));
                traffic
            });
            shares.push(share);
        }
        shares
    }
}

/// Gives the shares back. Those that nobody else has are waited for: the last answer is there when this returns.
pub(super) async fn give_back(shares: Vec<Arc<Generator>>) {
    for traffic in shares.into_iter().filter_map(Arc::into_inner) {
        traffic.stop().await;
    }
}
