//! An order service for tests. It keeps orders in memory, and the customer's name selects its behaviour.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kit::shutdown::Drained;
use lookout_proto::order::order_server::{Order, OrderServer as Server};
use lookout_proto::order::{
    CreateRequest, GetRequest, ListRequest, ListResponse, Record, State, StateChange, WatchRequest,
};
use testkit::Running;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The customer whose order has two invalid fields. A number selects a gRPC code; `never` gets no response.
pub(crate) const NOBODY: &str = "nobody";

pub(crate) struct OrderServer {
    running: Running<Drained>,
    service: Service,
}

/// A received call.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReceivedCall {
    pub(crate) key: String,
    pub(crate) timeout: Option<String>,
    pub(crate) page: (u32, String),
}

type Watcher = UnboundedSender<Result<StateChange, Status>>;

#[derive(Clone, Default)]
struct Service(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    orders: Vec<Record>,
    keys: HashMap<String, String>,
    watchers: Vec<(String, Watcher)>,
    calls: Vec<ReceivedCall>,
}

// === impl OrderServer ===

impl OrderServer {
    pub(crate) async fn start() -> Self {
        let service = Service::default();
        let routes = Routes::new(Server::new(service.clone())).into_axum_router();
        let running = testkit::start(|listener, shutdown| {
            kit::server::serve(listener, routes, shutdown, Duration::ZERO)
        })
        .await;
        Self { running, service }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.running.addr()
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    /// The calls of Create and List so far.
    pub(crate) fn calls(&self) -> Vec<ReceivedCall> {
        self.service.0.lock().unwrap().calls.clone()
    }

    /// The number of open streams.
    pub(crate) fn watchers(&self) -> usize {
        self.service.0.lock().unwrap().watchers.iter().filter(|(_, watcher)| !watcher.is_closed()).count()
    }

    /// Moves an order to this state and notifies the watchers.
    pub(crate) fn advance(&self, id: &str, state: State) {
        let mut contents = self.service.0.lock().unwrap();
        let order = contents.orders.iter_mut().find(|order| order.id == id).unwrap();
        let previous = std::mem::replace(&mut order.state, state.into());
        let order = order.clone();
        contents.notify(&order, previous);
    }

    /// Ends all streams with this status.
    pub(crate) fn break_streams(&self, status: &Status) {
        for (_, watcher) in self.service.0.lock().unwrap().watchers.drain(..) {
            watcher.send(Err(status.clone())).unwrap();
        }
    }
}

// === impl Contents ===

impl Contents {
    /// Sends a change to the watchers of all orders and to those of this one.
    fn notify(&self, order: &Record, previous: i32) {
        for (id, watcher) in &self.watchers {
            if id.is_empty() || *id == order.id {
                // A closed stream is dropped.
                let _ = watcher.send(Ok(StateChange { order: Some(order.clone()), previous }));
            }
        }
    }
}

#[tonic::async_trait]
impl Order for Service {
    type WatchStream = UnboundedReceiverStream<Result<StateChange, Status>>;

    async fn create(&self, request: Request<CreateRequest>) -> Result<Response<Record>, Status> {
        let timeout = request.metadata().get("grpc-timeout").map(|value| value.to_str().unwrap().to_owned());
        let request = request.into_inner();
        let call = ReceivedCall { key: request.idempotency_key.clone(), timeout, ..ReceivedCall::default() };
        self.0.lock().unwrap().calls.push(call);
        match (&*request.customer, request.customer.parse()) {
            (NOBODY, _) => {
                let mut details = ErrorDetails::new();
                details.add_bad_request_violation("customer", "nobody cannot order");
                details.add_bad_request_violation("items[0].sku", "there is no such article");
                return Err(Status::with_error_details(Code::InvalidArgument, "2 fields are wrong", details));
            }
            ("never", _) => std::future::pending().await,
            (_, Ok(code)) => return Err(Status::new(Code::from_i32(code), "as requested")),
            (_, Err(_)) => {}
        }
        let mut contents = self.0.lock().unwrap();
        let id = contents.keys.get(&request.idempotency_key);
        if let Some(known) = contents.orders.iter().find(|order| Some(&order.id) == id) {
            return Ok(Response::new(known.clone()));
        }
        let order = Record {
            id: format!("order {}", contents.orders.len() + 1),
            total_cents: request.items.iter().map(|item| u64::from(item.quantity) * item.price_cents).sum(),
            customer: request.customer,
            items: request.items,
            state: State::Placed.into(),
            created_at: Some(prost_types::Timestamp { seconds: 1_767_225_600, nanos: 0 }),
            updated_at: Some(prost_types::Timestamp { seconds: 1_767_225_600, nanos: 250_000_000 }),
        };
        contents.keys.insert(request.idempotency_key, order.id.clone());
        contents.orders.push(order.clone());
        contents.notify(&order, State::Unspecified.into());
        Ok(Response::new(order))
    }

    async fn get(&self, request: Request<GetRequest>) -> Result<Response<Record>, Status> {
        let id = request.into_inner().id;
        let contents = self.0.lock().unwrap();
        let found = contents.orders.iter().find(|order| order.id == id);
        found.map(|order| Response::new(order.clone())).ok_or_else(|| Status::not_found("no such order"))
    }

    /// Two orders per page; the token is the number of earlier orders.
    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListResponse>, Status> {
        const PAGE: usize = 2;
        let ListRequest { page_size, page_token } = request.into_inner();
        let mut contents = self.0.lock().unwrap();
        contents
            .calls
            .push(ReceivedCall { page: (page_size, page_token.clone()), ..ReceivedCall::default() });
        let before: usize = if page_token.is_empty() { 0 } else { page_token.parse().unwrap() };
        let orders: Vec<Record> = contents.orders.iter().rev().skip(before).take(PAGE).cloned().collect();
        let more = before + PAGE < contents.orders.len();
        let next_page_token = if more { (before + PAGE).to_string() } else { String::new() };
        Ok(Response::new(ListResponse { orders, next_page_token }))
    }

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let (watcher, changes) = unbounded_channel();
        self.0.lock().unwrap().watchers.push((request.into_inner().id, watcher));
        Ok(Response::new(UnboundedReceiverStream::new(changes)))
    }
}
