//! The service's model of an order.

mod state;
mod time;

use lookout_proto::order as proto;
use serde::{Deserialize, Serialize};

pub(crate) use state::State;
pub(crate) use time::Time;

/// An article and its quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
    /// Price of one piece.
    pub(crate) price_cents: u64,
}

/// A validated request to place an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewOrder {
    pub(crate) idempotency_key: Option<String>,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
}

/// A stored order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Sequence number: a later order has a higher one.
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
    pub(crate) total_cents: u64,
    pub(crate) state: State,
    pub(crate) created_at: Time,
    /// The time at which the order entered its state.
    pub(crate) updated_at: Time,
}

/// An order's change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) order: Order,
    /// `None` for a new order.
    pub(crate) previous: Option<State>,
}

impl NewOrder {
    pub(crate) fn total_cents(&self) -> u64 {
        self.items.iter().map(|item| u64::from(item.quantity) * item.price_cents).sum()
    }

    /// Whether the stored order has the same content.
    pub(crate) fn matches(&self, order: &Order) -> bool {
        self.customer == order.customer && self.items == order.items
    }
}

impl From<proto::OrderItem> for Item {
    fn from(item: proto::OrderItem) -> Self {
        let proto::OrderItem { sku, quantity, price_cents } = item;
        Self { sku, quantity, price_cents }
    }
}

impl From<Item> for proto::OrderItem {
    fn from(item: Item) -> Self {
        let Item { sku, quantity, price_cents } = item;
        Self { sku, quantity, price_cents }
    }
}

impl From<Order> for proto::Record {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            customer: order.customer,
            items: order.items.into_iter().map(Into::into).collect(),
            total_cents: order.total_cents,
            state: proto::State::from(order.state).into(),
            created_at: Some(order.created_at.into()),
            updated_at: Some(order.updated_at.into()),
        }
    }
}

impl From<Change> for proto::StateChange {
    fn from(change: Change) -> Self {
        let previous = change.previous.map_or(proto::State::Unspecified, Into::into);
        Self { order: Some(change.order.into()), previous: previous.into() }
    }
}
