//! The number of orders in each state: counted once at the start and then updated, so that a scrape needs no table scan.

use rusqlite::{Connection, Result};

use crate::metrics::Metrics;
use crate::order::{Change, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    states: [u64; State::ALL.len()],
    /// Number of removed orders since the start.
    removed: u64,
}

impl Counts {
    pub(super) fn of(connection: &Connection) -> Result<Self> {
        let mut counts = Self { states: [0; State::ALL.len()], removed: 0 };
        let mut statement = connection.prepare("SELECT state, count(*) FROM orders GROUP BY state")?;
        let rows = statement.query_map((), |row| Ok((row.get::<_, State>(0)?, row.get::<_, i64>(1)?)))?;
        for row in rows {
            let (state, count) = row?;
            counts.states[state.index()] = count.unsigned_abs();
        }
        Ok(counts)
    }

    pub(super) fn total(&self) -> u64 {
        self.states.iter().sum()
    }

    pub(super) fn in_state(&self, state: State) -> u64 {
        self.states[state.index()]
    }

    pub(super) fn apply(&mut self, change: &Change) {
        self.states[change.order.state.index()] += 1;
        if let Some(previous) = change.previous {
            self.states[previous.index()] -= 1;
        }
    }

    pub(super) fn remove(&mut self, state: State, count: u64) {
        self.states[state.index()] -= count;
        self.removed += count;
    }

    pub(super) fn show(&self, metrics: &Metrics) {
        for state in State::ALL {
            metrics.orders(state).set(self.in_state(state).cast_signed());
        }
        metrics.removed().inc_by(self.removed - metrics.removed().get());
    }
}
