//! The order service's admin page, which switches its faults, and the web client's orders in JSON.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    fetch::{Fetch, FetchError, Request},
    settings::Settings,
};

/// How long each operation of a slow store takes longer, in milliseconds.
const SLOW: u64 = 1000;

/// What the order service can break in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// Each operation is delayed.
    Slow,
    /// No write is taken.
    ReadOnly,
}

/// What the admin page says.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub struct Faults {
    /// Milliseconds by which each operation is delayed; 0 for none.
    pub slow_ms: u64,
    /// Whether no write is taken.
    pub read_only: bool,
}

impl Faults {
    /// Whether the fault is on.
    pub fn has(self, fault: StoreFault) -> bool {
        match fault {
            StoreFault::Slow => self.slow_ms > 0,
            StoreFault::ReadOnly => self.read_only,
        }
    }
}

/// An order, as far as the lab looks at it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Order {
    /// The service's own name for it.
    pub id: String,
    /// Who placed it.
    pub customer: String,
}

/// A page of orders, newest first.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where the next page begins; empty after the last.
    #[serde(default)]
    pub next_page_token: String,
}

/// A client of the orders; cheap to clone.
#[derive(Clone, Debug)]
pub struct Orders {
    fetch: Fetch,
    edge: String,
    admin: String,
}

impl Orders {
    /// Orders go through Envoy's edge, faults to the service itself.
    pub fn new(fetch: Fetch, settings: &Settings) -> Self {
        Self { fetch, edge: settings.edge.clone(), admin: settings.order_admin.clone() }
    }

    /// Which faults are on.
    pub async fn faults(&self) -> Result<Faults, FetchError> {
        self.fetch.get(&format!("{}/faults", self.admin)).json().await
    }

    /// Breaks the store.
    pub async fn throw(&self, fault: StoreFault) -> Result<(), FetchError> {
        let url = self.page(fault);
        let request = match fault {
            StoreFault::Slow => self.fetch.put(&url).query(&[("ms", &SLOW.to_string())]),
            StoreFault::ReadOnly => self.fetch.put(&url),
        };
        request.bytes().await.map(drop)
    }

    /// Mends the store; it may be whole.
    pub async fn take_back(&self, fault: StoreFault) -> Result<(), FetchError> {
        self.fetch.delete(&self.page(fault)).bytes().await.map(drop)
    }

    fn page(&self, fault: StoreFault) -> String {
        let name = match fault {
            StoreFault::Slow => "slow",
            StoreFault::ReadOnly => "read-only",
        };
        format!("{}/faults/{name}", self.admin)
    }

    /// A request that places an order of one item.
    pub fn place(&self, customer: &str) -> Request {
        let items = json!([{"sku": "lens-50", "quantity": 1, "price_cents": 1999}]);
        self.post(&json!({"customer": customer, "items": items}))
    }

    /// A request that no service can take: an order without items.
    pub fn place_invalid(&self, customer: &str) -> Request {
        self.post(&json!({"customer": customer, "items": []}))
    }

    /// A request that places this order, as the web client takes it in JSON.
    pub fn post(&self, order: &Value) -> Request {
        self.fetch.post(&format!("{}/orders", self.edge)).body(order)
    }

    /// One page of the list.
    pub async fn list(&self, token: &str) -> Result<Page, FetchError> {
        let request = self.fetch.get(&format!("{}/orders", self.edge)).header("accept", "application/json");
        let request = if token.is_empty() { request } else { request.query(&[("page_token", token)]) };
        request.json().await
    }
}
