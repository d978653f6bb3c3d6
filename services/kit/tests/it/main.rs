//! Spans of real calls, as a collector gets them.

mod support;

mod drain;
mod gone_clients;
mod http_server;
mod logs;
mod process_metrics;
mod propagation;
