//! `/orders/events`: each change of state as a server-sent event. `?id=` follows one order.
//!
//! Earlier changes are not sent: a client fetches the list once its stream has started, also after each reconnection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use kit::problem::Problem;
use kit::stream_slots::{NoFreeSlot, StreamClient, StreamLimits, StreamSlot};
use kit::text::Query;
use lookout_proto::order::StateChange;
use serde::Deserialize;
use tokio_stream::{Stream, StreamExt};
use tonic::Streaming;

use super::Orders;
use super::error::RequestError;
use super::json::Change;
use crate::reply;

/// The browser's delay before it reconnects.
const RETRY: Duration = Duration::from_secs(1);
/// Interval of comments on an idle stream, below the idle timeout of the proxies in between.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Each stream uses one of the shared connection's, of which servers commonly allow 100 or 200: the rest is for calls. A browser
/// opens one per page.
pub(super) const LIMITS: StreamLimits = StreamLimits { total: 64, per_client: 16, per_address: 48 };

#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    id: String,
}

pub(super) async fn follow(
    State(orders): State<Orders>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    query: Result<Query<Filter>, Problem>,
) -> Response {
    reply::with_headers(match query {
        Ok(Query(filter)) => stream(&orders, StreamClient::new(peer.ip(), &headers), filter.id).await,
        Err(rejection) => Err(RequestError::from(rejection)),
    })
}

async fn stream(orders: &Orders, client: StreamClient, id: String) -> Result<Response, RequestError> {
    let slot = orders.followers.take(client).map_err(refusal)?;
    let changes = orders.watch(id).await?;
    // Sent at once, so that the browser sees that the stream has started.
    let started = Event::default().retry(RETRY).comment("following");
    let end = Box::pin(orders.shutdown.clone().cancelled_owned());
    let events = tokio_stream::once(Ok(started)).chain(Events { changes: Some(changes), end, _slot: slot });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

fn refusal(reason: NoFreeSlot) -> RequestError {
    let detail = match reason {
        NoFreeSlot::Total(limit) => format!("{limit} clients already follow orders"),
        NoFreeSlot::Client(limit) => format!("{limit} streams of this client already follow orders"),
        NoFreeSlot::Address(limit) => format!("{limit} streams from this address already follow orders"),
    };
    RequestError::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}

/// The events of a server's stream. Ends with it, or when this service shuts down; dropping it ends the server's stream.
struct Events<E> {
    changes: Option<Streaming<StateChange>>,
    end: Pin<Box<E>>,
    _slot: StreamSlot,
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
