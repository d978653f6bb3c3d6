//! Placing an order.

use rusqlite::{Connection, Result, named_params};
use uuid::Uuid;

use super::row::{self, columns};
use crate::order::{NewOrder, Order, State, Time};

/// The result of a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// A new order.
    Placed(Order),
    /// The same order already exists with this key.
    Existing(Order),
    /// A different order exists with this key.
    Conflict,
}

const INSERT: &str = concat!(
    "INSERT INTO orders (id, idempotency_key, customer, items, total_cents, state, created_at, updated_at)
     VALUES (:id, :idempotency_key, :customer, :items, :total_cents, :state, :now, :now)
     ON CONFLICT (idempotency_key) DO NOTHING RETURNING ",
    columns!()
);
pub(super) const BY_KEY: &str = concat!("SELECT ", columns!(), " FROM orders WHERE idempotency_key = ?");

pub(super) fn create(transaction: &Connection, new: &NewOrder) -> Result<Created> {
    if let Some(order) = insert(transaction, new)? {
        return Ok(Created::Placed(order));
    }
    let before = transaction.prepare_cached(BY_KEY)?.query_row([&new.idempotency_key], row::order)?;
    Ok(if new.matches(&before) { Created::Existing(before) } else { Created::Conflict })
}

fn insert(transaction: &Connection, new: &NewOrder) -> Result<Option<Order>> {
    let items = serde_json::to_string(&new.items)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut statement = transaction.prepare_cached(INSERT)?;
    let mut rows = statement.query(named_params! {
        // Version 7 ids sort by time, so that the index grows at its end.
        ":id": Uuid::now_v7().to_string(),
        ":idempotency_key": new.idempotency_key,
        ":customer": new.customer,
        ":items": items,
        ":total_cents": new.total_cents().cast_signed(),
        ":state": State::Placed,
        ":now": Time::now(),
    })?;
    let order = rows.next()?.map(row::order).transpose()?;
    // The borrow ends with the statement.
    rows.next()?;
    Ok(order)
}
