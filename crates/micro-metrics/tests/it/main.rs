//! Calls over real sockets, and the metrics they leave.

mod build;
mod ends;
mod exposition;
mod lab;
mod scrape;
mod soak;
mod threads;
mod unknown;
