//! Clears the faults that an earlier console left injected when it was killed.

use catalog::Fault;

use super::run::{Faults, RETRY_DELAY, Run};

impl Faults {
    /// Clears the faults that a killed console left injected, as soon as the lab's lock is free.
    pub(crate) fn clear_leftovers(&self) {
        for fault in self.0.journal.injected() {
            let run = Run::default();
            self.0.runs.lock().insert(fault.name(), run.clone());
            self.0.states.update(fault, |state| {
                state.on = true;
                state.error = Some("left by a console that was killed; clearing it".to_owned());
            });
            self.0.tasks.spawn(self.clone().clear_leftover(fault, run));
        }
    }

    async fn clear_leftover(self, fault: Fault, run: Run) {
        let _ended = run.ended.drop_guard();
        let _off = run.off.drop_guard();
        let take_lock = async {
            loop {
                match self.share_lock(fault).await {
                    Ok(share) => return share,
                    Err(error) => {
                        tracing::info!(fault = fault.name(), %error, "waiting to clear a leftover fault");
                    }
                }
                tokio::time::sleep(RETRY_DELAY).await;
            }
        };
        let Some(_share) = self.0.shutdown.run_until_cancelled(take_lock).await else { return };
        if self.clear_with_retries(fault).await {
            self.0.states.update(fault, |state| state.error = None);
            tracing::info!(fault = fault.name(), "cleared a leftover fault of a killed console");
            self.set_off(fault);
        }
    }
}
