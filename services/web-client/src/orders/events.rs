//! `/orders/events`: each change of state as a server-sent event. `?id=` follows one order.
//!
//! What was before is not told: a follower asks for the list once its stream has begun, also after each reconnection.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use lookout_proto::order::StateChange;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio_stream::{Stream, StreamExt};
use tonic::Streaming;

use super::json::Change;
use super::refusal::Refusal;
use super::{MAX_FOLLOWERS, Orders};
use crate::reply;

/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);
/// More often than any proxy on the way gives up on a silent stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
pub(super) struct Whose {
    #[serde(default)]
    id: String,
}

pub(super) async fn follow(
    State(orders): State<Orders>,
    query: Result<Query<Whose>, QueryRejection>,
) -> Response {
    reply::finished(match query {
        Ok(Query(whose)) => stream(&orders, whose.id).await,
        Err(rejection) => Err(Refusal::from(rejection)),
    })
}

async fn stream(orders: &Orders, id: String) -> Result<Response, Refusal> {
    let Ok(place) = orders.followers.clone().try_acquire_owned() else {
        let detail = format!("{MAX_FOLLOWERS} follow the orders already");
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    };
    let changes = orders.watch(id).await?;
    // Said at once, so that the browser knows the stream has begun.
    let begun = Event::default().retry(RETRY).comment("following");
    let end = Box::pin(orders.shutdown.clone().cancelled_owned());
    let events = tokio_stream::once(Ok(begun)).chain(Events { changes: Some(changes), end, _place: place });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// Ends with the server's stream, or when this service does. Dropped, it ends the server's stream.
struct Events<E> {
    changes: Option<Streaming<StateChange>>,
    end: Pin<Box<E>>,
    _place: OwnedSemaphorePermit,
}

impl<E: Future<Output = ()>> Stream for Events<E> {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.end.as_mut().poll(context).is_ready() {
            self.changes = None;
        }
        let Some(changes) = &mut self.changes else { return Poll::Ready(None) };
        let event = match ready!(Pin::new(changes).poll_next(context)) {
            Some(Ok(change)) => told("change", &Change::from(change)),
            Some(Err(status)) => {
                self.changes = None;
                told("problem", &Refusal::from(status))
            }
            None => {
                self.changes = None;
                return Poll::Ready(None);
            }
        };
        Poll::Ready(Some(Ok(event)))
    }
}

fn told(name: &str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("strings and numbers have a JSON form")
}
