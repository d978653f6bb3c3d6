//! Calls over real sockets, and the metrics they leave.

mod client_suite;
mod context_labels;
mod ends;
mod generated;
mod lab;
mod messages;
mod ping;
mod scrape;
mod server_suite;
mod soak;
mod unknown;
