//! The service over real sockets, one behaviour per file.

mod echo;
mod edge;
mod exemplars;
mod http_metrics;
mod order_server;
mod orders;
mod settings;
mod support;
mod unread_stdout;
