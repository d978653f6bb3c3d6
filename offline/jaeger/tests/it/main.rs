//! The stand-in over real sockets, one behaviour a file.

mod flood;
mod lab;
mod pages;
mod query_api;
mod ring_bounds;
mod settings;
