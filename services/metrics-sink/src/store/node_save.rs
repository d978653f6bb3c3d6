//! Saves a node part by part, so that neither its messages nor pages wait for long.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prost::Message;

use super::node::{Node, WriteState};
use super::save::Position;
use super::saved::SavedPart;

impl Node {
    /// Passes what a later sink needs of the node to `write`, in at least one part; nothing if a later sink could not
    /// recognize the process. Each part has the values at the end of a message. `now` is the time of the store's clock.
    ///
    /// While the process is unknown, the pending parts are written, and beside them what has been received since, as if the
    /// process were theirs: a later sink drops both if it is not.
    ///
    /// # Errors
    ///
    /// The first error of `write`.
    pub(crate) fn save<E>(
        &self,
        now: Duration,
        mut write: impl FnMut(&SavedPart) -> Result<(), E>,
    ) -> Result<(), E> {
        let pending = self.write_state.lock().resumption.parts().to_vec();
        pending.iter().try_for_each(|part| write(&part.saved))?;
        // Series are not removed while they are referenced, so positions stay valid.
        let series = self.series();
        let mut at = Position::default();
        let mut needs_part = pending.is_empty();
        loop {
            let state = self.write_state.lock();
            if state.resumption.parts().len() != pending.len() {
                // The series have the pending values now, which must not be saved twice.
                return Ok(());
            }
            let Some(mut part) = self.part_of(&state, now) else { return Ok(()) };
            let saved = series.lock().next_part(&mut at);
            drop(state);
            match saved {
                Some(saved) => part.series = saved.encode_to_vec(),
                None if needs_part => {}
                None => return Ok(()),
            }
            write(&part)?;
            needs_part = false;
        }
    }

    /// A part without series.
    fn part_of(&self, state: &WriteState, now: Duration) -> Option<SavedPart> {
        let age = now.saturating_sub(state.last_flush?);
        let received = SystemTime::now().checked_sub(age)?.duration_since(UNIX_EPOCH).ok()?;
        Some(SavedPart {
            job: self.identity.job.clone(),
            instance: self.identity.instance.clone(),
            process: state.history.process.save()?,
            flushed_ms: state.history.flushes.complete_ms().unwrap_or(0),
            interval_ms: state.intervals.interval().as_millis() as u64,
            missed_ms: self.counters.missed_ms.get(),
            received_ms: i64::try_from(received.as_millis()).ok()?,
            series: Vec::new(),
        })
    }
}
