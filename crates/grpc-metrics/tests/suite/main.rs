//! Calls over real sockets, and the metrics they leave.

mod accounting;
mod client_suite;
mod context_labels;
mod ends;
mod exposition;
mod lab;
mod messages;
mod responses;
mod scrape;
mod server_suite;
mod soak;
mod stacks;
mod unknown;
mod vanished;
