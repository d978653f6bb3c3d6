//! Calls over real sockets, and the metrics they leave.

mod accounting;
mod client_suite;
mod context_labels;
mod disconnect;
mod ends;
mod exposition;
mod messages;
mod responses;
mod scrape;
mod server_suite;
mod soak;
mod stacks;
mod support;
mod unknown;
