//! Echoes.

mod bad_messages;
mod counts;
mod failures;
mod page;
mod reconnection;
