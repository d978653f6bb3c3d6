//! Runs the sink on real sockets; one module per behaviour.

mod support;

mod accumulation;
mod binary;
mod broken_streams;
mod counter_modes;
mod edge;
mod families;
mod formats;
mod identity;
mod limits;
mod memory;
mod model;
mod page_validity;
mod pages;
mod protocol;
mod restarts;
mod saved_store;
mod staleness;
mod state_file;
mod wire;
