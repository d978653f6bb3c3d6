//! Spans of real calls, as a collector gets them.

mod support;

mod drain;
mod gone_clients;
mod grpc_client;
mod grpc_server;
mod http_server;
mod logs;
mod process_metrics;
mod propagation;
