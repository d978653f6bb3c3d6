//! The service over real sockets, one behaviour a file.

mod bad_messages;
mod echo;
mod failures;
mod http_metrics;
mod lab;
mod page;
mod reconnection;
mod settings;
