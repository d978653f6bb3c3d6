//! The lab's own command: proves what the lab claims, throws faults and waits for their mails.

pub mod alert;
pub mod catalogue;
pub mod check;
pub mod console;
pub mod table;
