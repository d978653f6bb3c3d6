//! Calls that wait for a connection, and the connection's turns.

use tokio::sync::{mpsc, oneshot};

use super::error::Error;
use crate::faults::Faults;

/// Calls in a turn, at most.
const TURN: usize = 256;

/// A question, its answer once there is one, and who waits for it.
#[derive(Debug)]
pub(super) struct Call<I, O> {
    pub(super) input: I,
    pub(super) output: Option<O>,
    reply: oneshot::Sender<Result<O, Error>>,
}

impl<I, O> Call<I, O> {
    pub(super) fn new(input: I) -> (Self, oneshot::Receiver<Result<O, Error>>) {
        let (reply, answer) = oneshot::channel();
        (Self { input, output: None, reply }, answer)
    }

    /// Whether nobody waits any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.reply.is_closed()
    }

    /// Answers: with the output, if all went well.
    pub(super) fn end(self, went: Result<(), Error>) {
        let answer = went.and_then(|()| self.output.ok_or(Error::Stopped));
        // Whoever asked may have gone meanwhile.
        let _ = self.reply.send(answer);
    }
}

/// Serves the queue until nobody can ask any more. Blocks the thread.
pub(super) fn serve<J>(mut queue: mpsc::Receiver<J>, faults: &Faults, mut turn: impl FnMut(Vec<J>)) {
    loop {
        let mut waiting = Vec::new();
        if queue.blocking_recv_many(&mut waiting, TURN) == 0 {
            return;
        }
        faults.delay();
        turn(waiting);
    }
}
