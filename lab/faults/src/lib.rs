//! Injects the catalog's faults into a running lab, clears them, and generates the load under which alerts fire.
//!
//! The command `lab` and the console share this crate; [`lock`] keeps them from running at the same time.

mod connections;
pub mod fault_guard;
mod injection;
pub mod load;
pub mod lock;

pub use connections::ConnectionsError;
pub use injection::{Effect, InjectionError, clear, inject, is_active, is_active_if_running};
