//! The gRPC service: translates between messages and the store.

use kit::shutdown::CancellationToken;
use lookout_proto::order::order_server::Order;
use lookout_proto::order::{CreateRequest, GetRequest, ListRequest, ListResponse, Record, WatchRequest};
use tonic::{Request, Response, Status};

use crate::page::next_token;
use crate::store::{Created, Error, Store};
use crate::validate;
use crate::watch::Changes;

#[derive(Clone, Debug)]
pub(crate) struct Orders {
    pub(crate) store: Store,
    pub(crate) shutdown: CancellationToken,
}

#[tonic::async_trait]
impl Order for Orders {
    async fn create(&self, request: Request<CreateRequest>) -> Result<Response<Record>, Status> {
        let order = validate::create(request.into_inner())?;
        match self.store.create(order).await.map_err(|error| to_status(&error))? {
            Created::Placed(order) => {
                tracing::info!(order.id, order.total_cents, "order placed");
                Ok(Response::new(order.into()))
            }
            Created::Existing(order) => {
                tracing::info!(order.id, "order already placed");
                Ok(Response::new(order.into()))
            }
            Created::Conflict => {
                Err(Status::already_exists("another order was placed with this idempotency_key"))
            }
        }
    }

    async fn get(&self, request: Request<GetRequest>) -> Result<Response<Record>, Status> {
        let id = validate::get(request.into_inner())?;
        Ok(Response::new(self.existing(id).await?))
    }

    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListResponse>, Status> {
        let page = validate::list(request.get_ref())?;
        let mut orders = self.store.list(page).await.map_err(|error| to_status(&error))?;
        let has_next = orders.len() > page.size as usize;
        orders.truncate(page.size as usize);
        let last = orders.last().filter(|_| has_next);
        let next_page_token = last.map(|order| next_token(order.seq)).unwrap_or_default();
        let orders = orders.into_iter().map(Into::into).collect();
        Ok(Response::new(ListResponse { orders, next_page_token }))
    }

    type WatchStream = Changes;

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Changes>, Status> {
        let id = validate::watch(request.into_inner())?;
        let changes = self.store.changes();
        if let Some(id) = &id {
            self.existing(id.clone()).await?;
        }
        Ok(Response::new(Changes::new(changes, id, self.shutdown.clone())))
    }
}

impl Orders {
    async fn existing(&self, id: String) -> Result<Record, Status> {
        let order = self.store.get(id.clone()).await.map_err(|error| to_status(&error))?;
        order.map(Into::into).ok_or_else(|| Status::not_found(format!("there is no order {id}")))
    }
}

/// `UNAVAILABLE` for temporary errors (the disk is full or read-only), so that callers retry with the same idempotency key;
/// `INTERNAL` for all others.
fn to_status(error: &Error) -> Status {
    tracing::error!(%error, "the store failed");
    let message = format!("the store failed: {error}");
    if error.is_temporary() { Status::unavailable(message) } else { Status::internal(message) }
}
