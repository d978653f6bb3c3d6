//! The order service's admin API, which controls its faults, and the web client's JSON API of orders.

use catalog::StoreFault;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fetch::{Fetch, FetchError, Request};

/// The delay that [`StoreFault::Slow`] adds to every operation.
const DELAY_MS: u64 = 1000;

/// The state of the store's faults.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub struct Faults {
    /// The delay of every operation in milliseconds; 0 if there is none.
    pub slow_ms: u64,
    /// Whether writes are refused.
    pub read_only: bool,
}

impl Faults {
    /// Whether the fault is active.
    pub fn has(self, fault: StoreFault) -> bool {
        match fault {
            StoreFault::Slow => self.slow_ms > 0,
            StoreFault::ReadOnly => self.read_only,
        }
    }
}

/// An order.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Order {
    /// Id assigned by the service.
    pub id: String,
    /// The customer who placed the order.
    pub customer: String,
}

/// A page of orders, newest first.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// The orders.
    pub orders: Vec<Order>,
    /// Token of the next page; empty on the last one.
    #[serde(default)]
    pub next_page_token: String,
}

/// A client of the order service and of the web client's orders; cheap to clone.
#[derive(Clone, Debug)]
pub struct Orders {
    fetch: Fetch,
    edge: String,
    admin: String,
}

impl Orders {
    /// `edge` is the URL of Envoy's edge, `admin` that of the order service's admin API, both without a trailing slash.
    pub fn new(fetch: Fetch, edge: &str, admin: &str) -> Self {
        Self { fetch, edge: edge.to_owned(), admin: admin.to_owned() }
    }

    /// The state of the store's faults.
    pub async fn faults(&self) -> Result<Faults, FetchError> {
        self.fetch.get(&format!("{}/faults", self.admin)).json().await
    }

    /// Injects a fault.
    pub async fn inject(&self, fault: StoreFault) -> Result<(), FetchError> {
        let url = self.fault_url(fault);
        let request = match fault {
            StoreFault::Slow => self.fetch.put(&url).query(&[("ms", &DELAY_MS.to_string())]),
            StoreFault::ReadOnly => self.fetch.put(&url),
        };
        request.bytes().await.map(drop)
    }

    /// Clears a fault, if it is active.
    pub async fn clear(&self, fault: StoreFault) -> Result<(), FetchError> {
        self.fetch.delete(&self.fault_url(fault)).bytes().await.map(drop)
    }

    fn fault_url(&self, fault: StoreFault) -> String {
        let name = match fault {
            StoreFault::Slow => "slow",
            StoreFault::ReadOnly => "read-only",
        };
        format!("{}/faults/{name}", self.admin)
    }

    /// A request that places an order with one item.
    pub fn place(&self, customer: &str) -> Request {
        let items = json!([{"sku": "lens-50", "quantity": 1, "price_cents": 1999}]);
        self.post(&json!({"customer": customer, "items": items}))
    }

    /// A request that is always refused: an order without items.
    pub fn place_invalid(&self, customer: &str) -> Request {
        self.post(&json!({"customer": customer, "items": []}))
    }

    /// A request that places this order, in the web client's JSON.
    pub fn post(&self, order: &Value) -> Request {
        self.fetch.post(&format!("{}/orders", self.edge)).body(order)
    }

    /// One page of orders; an empty token requests the first.
    pub async fn list(&self, token: &str) -> Result<Page, FetchError> {
        let request = self.fetch.get(&format!("{}/orders", self.edge)).header("accept", "application/json");
        let request = if token.is_empty() { request } else { request.query(&[("page_token", token)]) };
        request.json().await
    }
}
