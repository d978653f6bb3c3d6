//! Tests over real sockets, one module per behaviour.

mod support;

mod closing;
mod conservation;
mod dns_discovery;
mod documents;
mod ejection;
mod file;
mod health;
mod hostile_requests;
mod keepalive;
mod late_readers;
mod leaving;
mod limits;
mod metrics;
mod moving;
mod partial_discovery;
mod program;
mod proxy_protocol;
mod reload;
mod rest;
mod rest_requests;
mod shortage;
mod shutdown;
mod stale_results;
mod unreachable;
