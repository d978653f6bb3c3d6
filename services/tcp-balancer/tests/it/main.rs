//! The balancer over real sockets, one behaviour a file.

mod support;

mod conservation;
mod dns_discovery;
mod documents;
mod drain;
mod full;
mod half_close;
mod health;
mod idle;
mod many;
mod metrics;
mod program;
mod proxy_protocol;
mod refused;
mod reload;
mod resets;
mod rest;
