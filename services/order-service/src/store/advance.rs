//! Advances the orders that are due.

use rusqlite::{Connection, Result, named_params};

use super::Settings;
use super::row::{self, columns};
use crate::order::{Change, State, Time};

/// The result of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Advanced {
    pub(crate) orders: usize,
    /// The time at which the next order is due; `None` if all are shipped.
    pub(crate) next: Option<Time>,
}

/// The statement that advances the oldest orders of a state, up to a limit. The states are literals, so that SQLite uses the
/// partial index of each state.
macro_rules! update {
    ($from:literal, $to:literal) => {
        concat!(
            "UPDATE orders SET state = ",
            $to,
            ", updated_at = max(updated_at, :now) WHERE seq IN (
                SELECT seq FROM orders WHERE state = ",
            $from,
            " AND created_at <= :due ORDER BY created_at LIMIT 500
            ) RETURNING ",
            columns!()
        )
    };
}

pub(super) const PAY: &str = update!(1, 2);
pub(super) const SHIP: &str = update!(2, 3);
pub(super) const NEXT: &str = "SELECT
    (SELECT min(created_at) FROM orders WHERE state = 1),
    (SELECT min(created_at) FROM orders WHERE state = 2)";

/// Appends the changed orders to `changes`.
pub(super) fn advance(
    transaction: &Connection,
    settings: &Settings,
    changes: &mut Vec<Change>,
) -> Result<Advanced> {
    let before = changes.len();
    // The later step first, so that each order takes one step at a time.
    for (statement, previous, after) in
        [(SHIP, State::Paid, settings.shipped_after), (PAY, State::Placed, settings.paid_after)]
    {
        let now = Time::now();
        let mut statement = transaction.prepare_cached(statement)?;
        let parameters = named_params! { ":now": now, ":due": now.minus(after) };
        let moved: Result<Vec<_>> = statement.query_map(parameters, row::order)?.collect();
        let mut moved = moved?;
        moved.sort_unstable_by_key(|order| order.seq);
        changes.extend(moved.into_iter().map(|order| Change { order, previous: Some(previous) }));
    }
    let next = transaction.prepare_cached(NEXT)?.query_row((), |row| {
        let due = |column, after| {
            row.get(column).map(|oldest: Option<Time>| oldest.map(|oldest| oldest.plus(after)))
        };
        let due = [due(0, settings.paid_after)?, due(1, settings.shipped_after)?];
        Ok(due.into_iter().flatten().min())
    })?;
    Ok(Advanced { orders: changes.len() - before, next })
}
