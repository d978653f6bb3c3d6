//! The helpers against real sockets and processes.

mod generated;
mod otlp_collector;
mod program;
mod scrape;
