//! Calls to the order service.

use std::time::Instant;

use lookout_proto::order::{CreateRequest, GetRequest, ListRequest, StateChange, WatchRequest};
use tokio::time::timeout;
use tonic::{Status, Streaming};

use super::Orders;
use super::error::RequestError;
use super::json::{self, Order};

impl Orders {
    pub(super) async fn create(&self, request: CreateRequest) -> Result<Order, RequestError> {
        let start = Instant::now();
        let record = self.client.clone().create(request).await?.into_inner();
        let seconds = start.elapsed().as_secs_f64();
        tracing::info!(grpc_code = "OK", order = record.id, seconds, "order placed");
        Ok(record.into())
    }

    pub(super) async fn get(&self, id: String) -> Result<Order, RequestError> {
        Ok(self.client.clone().get(GetRequest { id }).await?.into_inner().into())
    }

    pub(super) async fn list(
        &self,
        page_size: u32,
        page_token: String,
    ) -> Result<json::Orders, RequestError> {
        let list = self.client.clone().list(ListRequest { page_size, page_token }).await?.into_inner();
        let orders = list.orders.into_iter().map(Into::into).collect();
        Ok(json::Orders { orders, next_page_token: list.next_page_token })
    }

    /// Changes from now on, of one order or of all (empty id). Only the start of the stream has a deadline.
    pub(super) async fn watch(&self, id: String) -> Result<Streaming<StateChange>, RequestError> {
        let mut watcher = self.watcher.clone();
        match timeout(self.deadline, watcher.watch(WatchRequest { id })).await {
            Ok(changes) => Ok(changes?.into_inner()),
            Err(_) => Err(Status::deadline_exceeded(format!("no reply within {:?}", self.deadline)).into()),
        }
    }
}
