//! The service over real sockets, one behaviour a file.

mod echo;
mod http_metrics;
mod lab;
mod order_server;
mod orders;
mod settings;
