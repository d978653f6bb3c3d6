//! A stream that ends when something else does.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio_stream::Stream;

use super::listeners::Listening;

/// The stream's items until `end`; gives its listener's place back when it is dropped.
pub(super) struct Until<S, E> {
    items: Pin<Box<S>>,
    end: Pin<Box<E>>,
    _listening: Listening,
}

impl<S, E> Until<S, E> {
    pub(super) fn new(items: S, end: E, listening: Listening) -> Self {
        Self { items: Box::pin(items), end: Box::pin(end), _listening: listening }
    }
}

impl<S: Stream, E: Future<Output = ()>> Stream for Until<S, E> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        self.items.as_mut().poll_next(context)
    }
}
