//! An order, as the service thinks of it.

mod state;
mod time;

use lookout_proto::order as proto;
use serde::{Deserialize, Serialize};

pub(crate) use state::State;
pub(crate) use time::Time;

/// So many pieces of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
    /// Of one piece.
    pub(crate) price_cents: u64,
}

/// What a caller asks for, found valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewOrder {
    pub(crate) idempotency_key: Option<String>,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
}

/// As it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Its place among all orders: a later one has a higher number.
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
    pub(crate) total_cents: u64,
    pub(crate) state: State,
    pub(crate) created_at: Time,
    /// When it came into its state.
    pub(crate) updated_at: Time,
}

/// An order that has come into a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) order: Order,
    /// None where it is new.
    pub(crate) previous: Option<State>,
}

impl NewOrder {
    pub(crate) fn total_cents(&self) -> u64 {
        self.items.iter().map(|item| u64::from(item.quantity) * item.price_cents).sum()
    }

    /// Whether this asks for what that order is.
    pub(crate) fn asks_for(&self, order: &Order) -> bool {
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
