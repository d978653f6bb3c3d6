//! Metrics with go-grpc-prometheus' names.

mod client_suite;
mod composition;
mod context_labels;
mod disconnect;
mod ends;
mod exposition;
mod invariants;
mod load;
mod messages;
mod responses;
mod scrape;
mod server_suite;
pub(crate) mod support;
mod unknown_methods;
