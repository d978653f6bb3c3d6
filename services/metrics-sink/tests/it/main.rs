//! The sink over real sockets, one behaviour a file.

mod support;

mod binary;
mod counters;
mod families;
mod flood;
mod health;
mod histograms;
mod hostile;
mod identity;
mod limits;
mod malformed;
mod page_under_load;
mod pages;
mod protocol;
mod restarts;
mod stale;
mod vanishing;
mod wire;
