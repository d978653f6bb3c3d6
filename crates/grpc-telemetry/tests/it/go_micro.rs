//! Metrics with go-micro's names.

mod build;
mod ends;
mod exposition;
mod load;
mod scrape;
pub(crate) mod support;
mod threads;
mod unknown_methods;
