//! The memory of incomplete messages.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::FrameError;

/// The memory limit of incomplete messages, shared by all streams.
#[derive(Debug)]
pub struct Buffers {
    units: Arc<Semaphore>,
}

/// Bytes per permit of the semaphore.
pub(super) const UNIT_BYTES: usize = 16 * 1024;

impl Buffers {
    /// Buffers for `bytes` of incomplete messages, rounded up to 16 KiB.
    pub fn new(bytes: usize) -> Self {
        Self { units: Arc::new(Semaphore::new(bytes.div_ceil(UNIT_BYTES))) }
    }

    /// Extends the reservation of a message to `bytes`.
    ///
    /// # Errors
    ///
    /// [`FrameError::Buffers`] if the limit is reached.
    pub(super) fn grow(
        &self,
        reserved: &mut Option<OwnedSemaphorePermit>,
        bytes: usize,
    ) -> Result<(), FrameError> {
        let permits = reserved.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(UNIT_BYTES).saturating_sub(permits);
        if more > 0 {
            let more = u32::try_from(more).map_err(|_| FrameError::Buffers)?;
            let more =
                Arc::clone(&self.units).try_acquire_many_owned(more).map_err(|_| FrameError::Buffers)?;
            match reserved {
                Some(reserved) => reserved.merge(more),
                None => *reserved = Some(more),
            }
        }
        Ok(())
    }
}
