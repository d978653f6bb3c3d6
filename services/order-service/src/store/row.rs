//! Conversion between an order and a row.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Result, Row};

use crate::order::{Item, Order, State, Time};

/// The columns that [`order`] reads, in this order.
macro_rules! columns {
    () => {
        "seq, id, customer, items, total_cents, state, created_at, updated_at"
    };
}
pub(super) use columns;

pub(super) fn order(row: &Row<'_>) -> Result<Order> {
    let Items(items) = row.get(3)?;
    Ok(Order {
        seq: row.get(0)?,
        id: row.get(1)?,
        customer: row.get(2)?,
        items,
        total_cents: row.get::<_, i64>(4)?.unsigned_abs(),
        state: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

/// The JSON text of the items, which is readable in the database.
pub(super) struct Items(pub(super) Vec<Item>);

impl FromSql for Items {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        Self::from_number(number).ok_or(FromSqlError::OutOfRange(number))
    }
}

impl ToSql for State {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

impl ToSql for Time {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}
