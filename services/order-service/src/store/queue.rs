//! The queue of calls that wait for a connection, which serves them in batches.

use tokio::sync::{mpsc, oneshot};

use super::error::Error;
use crate::faults::Faults;

/// Maximum number of calls in a batch.
const MAX_BATCH: usize = 256;

/// A call: its input, its output once it is known, and the channel of its reply.
#[derive(Debug)]
pub(super) struct Call<I, O> {
    pub(super) input: I,
    pub(super) output: Option<O>,
    reply: oneshot::Sender<Result<O, Error>>,
}

impl<I, O> Call<I, O> {
    pub(super) fn new(input: I) -> (Self, oneshot::Receiver<Result<O, Error>>) {
        let (reply, receiver) = oneshot::channel();
        (Self { input, output: None, reply }, receiver)
    }

    /// Whether the caller has cancelled the call.
    pub(super) fn is_cancelled(&self) -> bool {
        self.reply.is_closed()
    }

    /// Sends the reply: the output, or the batch's error.
    pub(super) fn end(self, result: Result<(), Error>) {
        let reply = result.and_then(|()| self.output.ok_or(Error::Stopped));
        // The caller may have cancelled the call.
        let _ = self.reply.send(reply);
    }
}

/// Serves the queue until all its senders are dropped. Blocks the thread.
pub(super) fn serve<J>(mut queue: mpsc::Receiver<J>, faults: &Faults, mut run_batch: impl FnMut(Vec<J>)) {
    loop {
        let mut batch = Vec::new();
        if queue.blocking_recv_many(&mut batch, MAX_BATCH) == 0 {
            return;
        }
        faults.delay();
        run_batch(batch);
    }
}
