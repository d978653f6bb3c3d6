//! The JSON form of orders.

use lookout_proto::order::{OrderItem, Record, State, StateChange};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    pub(super) sku: String,
    pub(super) quantity: u32,
    /// Price of one piece.
    pub(super) price_cents: u64,
}

/// The body of a request to place an order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    pub(super) customer: String,
    pub(super) items: Vec<Item>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) items: Vec<Item>,
    pub(super) total_cents: u64,
    pub(super) state: &'static str,
    /// RFC 3339, like `updated_at`.
    pub(super) created_at: Option<String>,
    pub(super) updated_at: Option<String>,
}

/// A page of orders, newest first.
#[derive(Debug, Serialize)]
pub(super) struct Orders {
    pub(super) orders: Vec<Order>,
    /// Empty on the last page.
    pub(super) next_page_token: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Change {
    pub(super) order: Order,
    /// `null` for a new order.
    pub(super) previous: Option<&'static str>,
}

fn name(state: State) -> Option<&'static str> {
    match state {
        State::Unspecified => None,
        State::Placed => Some("placed"),
        State::Paid => Some("paid"),
        State::Shipped => Some("shipped"),
    }
}

impl From<OrderItem> for Item {
    fn from(item: OrderItem) -> Self {
        Self { sku: item.sku, quantity: item.quantity, price_cents: item.price_cents }
    }
}

impl From<Item> for OrderItem {
    fn from(item: Item) -> Self {
        Self { sku: item.sku, quantity: item.quantity, price_cents: item.price_cents }
    }
}

impl From<Record> for Order {
    fn from(record: Record) -> Self {
        let state = name(record.state()).unwrap_or("unknown");
        Self {
            id: record.id,
            customer: record.customer,
            items: record.items.into_iter().map(Into::into).collect(),
            total_cents: record.total_cents,
            state,
            created_at: record.created_at.map(|time| time.to_string()),
            updated_at: record.updated_at.map(|time| time.to_string()),
        }
    }
}

impl From<StateChange> for Change {
    fn from(change: StateChange) -> Self {
        let previous = name(change.previous());
        Self { order: change.order.unwrap_or_default().into(), previous }
    }
}
