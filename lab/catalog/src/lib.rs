//! The one table of the lab: its tutorials, services, load streams, faults and alerts, as data.
//!
//! Nothing here does any I/O. `tests/it` compares the repository's scripts, configuration and documents with this table.

pub mod addresses;
mod fault;
pub mod folders;
mod pair;
mod service;
mod stream;
mod tutorial;

pub use fault::{Fault, Injection, PanelId, RuleOwner, StoreFault, Symptom};
pub use service::{Port, Service};
pub use stream::Stream;
pub use tutorial::{Selection, Tutorial};
