//! The program with real Envoys and a real Prometheus; one module per behaviour.
//!
//! `ENVOY`, `PROMETHEUS` and `PROMTOOL` are the paths of the programs.

mod batches;
mod counter_modes;
mod own_page;
mod processes;
mod scrape;
mod security;
mod state_file;
mod support;
mod updates;
mod validity;
