//! Tests that take long: `make test` runs them by `cargo test --test real -- --ignored`.

mod chaos;
