//! The stand-in over real sockets, one behaviour a file.

mod lab;
mod pages;
mod query_api;
mod settings;
