//! The program with real Envoys and a real Prometheus; one module per behaviour.
//!
//! `ENVOY` and `PROMETHEUS` are the paths of the programs.

mod scrape;
mod security;
mod support;
