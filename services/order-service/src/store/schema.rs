//! The tables, as a list of migrations. A released migration never changes: a new one follows it.

use rusqlite_migration::{M, Migrations};

pub(super) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

const STEPS: &[M<'static>] = &[M::up(
    // `AUTOINCREMENT` never reuses a number, so that page tokens stay valid after all orders are removed. The worker uses
    // the partial indices, which contain only unshipped orders.
    "CREATE TABLE orders (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        idempotency_key TEXT UNIQUE,
        customer TEXT NOT NULL,
        items TEXT NOT NULL CHECK (json_valid(items)),
        total_cents INTEGER NOT NULL,
        state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX orders_placed ON orders (created_at) WHERE state = 1;
    CREATE INDEX orders_paid ON orders (created_at) WHERE state = 2;",
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_valid() {
        MIGRATIONS.validate().expect("valid");
    }
}
