//! A watcher's stream of changes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use kit::shutdown::CancellationToken;
use lookout_proto::order::StateChange;
use tokio::sync::broadcast;
use tokio_stream::Stream;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError::Lagged;
use tonic::Status;

use crate::order::Change;

/// Ends with `UNAVAILABLE` when the service shuts down, and with `DATA_LOSS` when the watcher lags too far behind: it can list
/// the orders to catch up.
pub(crate) struct Changes {
    changes: BroadcastStream<Arc<Change>>,
    /// Only changes of this order.
    id: Option<String>,
    stopping: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Changes {
    pub(crate) fn new(
        changes: broadcast::Receiver<Arc<Change>>,
        id: Option<String>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { changes: BroadcastStream::new(changes), id, stopping: Box::pin(shutdown.cancelled_owned()) }
    }

    fn is_watched(&self, change: &Change) -> bool {
        self.id.as_ref().is_none_or(|id| *id == change.order.id)
    }
}

impl Stream for Changes {
    type Item = Result<StateChange, Status>;

    /// tonic does not poll a stream after an error.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(Status::unavailable("the service is shutting down"))));
        }
        loop {
            match ready!(Pin::new(&mut self.changes).poll_next(context)) {
                Some(Ok(change)) if self.is_watched(&change) => {
                    return Poll::Ready(Some(Ok(Arc::unwrap_or_clone(change).into())));
                }
                Some(Ok(_)) => {}
                Some(Err(Lagged(missed))) => {
                    let message = format!("{missed} changes were missed: list the orders, then watch again");
                    return Poll::Ready(Some(Err(Status::data_loss(message))));
                }
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt;
    use tonic::Code;

    use super::*;
    use crate::order::{Order, State, Time};

    fn change(seq: i64) -> Arc<Change> {
        let order = Order {
            seq,
            id: seq.to_string(),
            customer: "Ada".into(),
            items: vec![],
            total_cents: 0,
            state: State::Placed,
            created_at: Time(0),
            updated_at: Time(0),
        };
        Arc::new(Change { order, previous: None })
    }

    fn watch(id: Option<&str>) -> (broadcast::Sender<Arc<Change>>, Changes, CancellationToken) {
        let sender = broadcast::Sender::new(2);
        let shutdown = CancellationToken::new();
        let changes = Changes::new(sender.subscribe(), id.map(Into::into), shutdown.clone());
        (sender, changes, shutdown)
    }

    fn id(change: Option<Result<StateChange, Status>>) -> String {
        change.expect("a change").expect("no error").order.expect("an order").id
    }

    #[tokio::test]
    async fn changes_are_received_in_the_order_sent() {
        let (sender, mut changes, _shutdown) = watch(None);
        for seq in 1..=2 {
            sender.send(change(seq)).expect("watched");
        }
        assert_eq!((id(changes.next().await), id(changes.next().await)), ("1".into(), "2".into()));
    }

    #[tokio::test]
    async fn a_watcher_of_one_order_receives_only_its_changes() {
        let (sender, mut changes, _shutdown) = watch(Some("2"));
        for seq in 1..=2 {
            sender.send(change(seq)).expect("watched");
        }
        assert_eq!(id(changes.next().await), "2");
    }

    #[tokio::test]
    async fn a_lagging_watcher_gets_data_loss_with_the_number_of_missed_changes() {
        let (sender, mut changes, _shutdown) = watch(None);
        for seq in 1..=5 {
            sender.send(change(seq)).expect("watched");
        }
        let status = changes.next().await.expect("an end").expect_err("an error");
        assert_eq!(status.code(), Code::DataLoss);
        assert!(status.message().starts_with("3 changes were missed"), "{status}");
    }

    #[tokio::test]
    async fn the_stream_ends_with_unavailable_on_shutdown() {
        let (_sender, mut changes, shutdown) = watch(None);
        shutdown.cancel();
        let status = changes.next().await.expect("an end").expect_err("an error");
        assert_eq!(status.code(), Code::Unavailable);
    }
}
