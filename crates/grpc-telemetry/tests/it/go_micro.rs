//! Calls over real sockets, and the metrics they leave.

mod build;
mod ends;
mod exposition;
mod scrape;
mod soak;
mod support;
mod threads;
mod unknown;
