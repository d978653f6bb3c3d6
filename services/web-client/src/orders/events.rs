//! `/orders/events`: each change of state as a server-sent event. `?id=` follows one order.
//!
//! Earlier changes are not sent: a client fetches the list once its stream has started, also after each reconnection.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kit::problem::Problem;
use kit::text::Query;
use lookout_proto::order::StateChange;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio_stream::{Stream, StreamExt};
use tonic::Streaming;

use super::error::RequestError;
use super::json::Change;
use super::{MAX_FOLLOWERS, Orders};
use crate::reply;

/// The browser's delay before it reconnects.
const RETRY: Duration = Duration::from_secs(1);
/// Interval of comments on an idle stream, below the idle timeout of the proxies in between.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    id: String,
}

pub(super) async fn follow(
    State(orders): State<Orders>,
    query: Result<Query<Filter>, Problem>,
) -> Response {
    reply::with_headers(match query {
        Ok(Query(filter)) => stream(&orders, filter.id).await,
        Err(rejection) => Err(RequestError::from(rejection)),
    })
}

async fn stream(orders: &Orders, id: String) -> Result<Response, RequestError> {
    let Ok(permit) = orders.followers.clone().try_acquire_owned() else {
        let detail = format!("{MAX_FOLLOWERS} clients already follow orders");
        return Err(RequestError::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    };
    let changes = orders.watch(id).await?;
    // Sent at once, so that the browser sees that the stream has started.
    let started = Event::default().retry(RETRY).comment("following");
    let end = Box::pin(orders.shutdown.clone().cancelled_owned());
    let events =
        tokio_stream::once(Ok(started)).chain(Events { changes: Some(changes), end, _permit: permit });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// The events of a server's stream. Ends with it, or when this service shuts down; dropping it ends the server's stream.
struct Events<E> {
    changes: Option<Streaming<StateChange>>,
    end: Pin<Box<E>>,
    _permit: OwnedSemaphorePermit,
}

impl<E: Future<Output = ()>> Stream for Events<E> {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.end.as_mut().poll(context).is_ready() {
            self.changes = None;
        }
        let Some(changes) = &mut self.changes else { return Poll::Ready(None) };
        let next = match ready!(Pin::new(changes).poll_next(context)) {
            Some(Ok(change)) => event("change", &Change::from(change)),
            Some(Err(status)) => {
                self.changes = None;
                event("problem", &RequestError::from(status))
            }
            None => {
                self.changes = None;
                return Poll::Ready(None);
            }
        };
        Poll::Ready(Some(Ok(next)))
    }
}

fn event(name: &str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("strings and numbers have a JSON form")
}
