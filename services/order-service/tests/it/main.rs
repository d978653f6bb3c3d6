//! The service over real sockets, one behaviour per file.

mod support;

mod admin;
mod broken_requests;
mod creates;
mod drains;
mod edge;
mod faults;
mod health;
mod idempotency;
mod invalid;
mod kill;
mod lists;
mod metrics;
mod restarts;
mod settings;
mod traces;
mod unread_stdout;
mod watches;
