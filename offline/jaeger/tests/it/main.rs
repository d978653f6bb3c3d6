//! The stand-in over real sockets, one behaviour per file.

mod support;

mod memory;
mod pages;
mod query_api;
mod ring_limits;
mod settings;
