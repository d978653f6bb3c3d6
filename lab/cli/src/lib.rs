//! The command `lab`: `make check` proves the lab's claims, `make alert` injects a fault and waits for its mails.

pub mod addresses;
pub mod alert;
pub mod check;
pub mod console;
pub mod leftovers;
pub mod mail;
pub mod mail_route;
pub mod metric_schema;
pub mod own;
pub mod render;
pub mod signals;
pub mod table;
