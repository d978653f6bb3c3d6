//! The console over real sockets, one behaviour per module.

mod actions;
mod admission;
mod assets;
mod dashboards;
mod faults;
mod live;
mod load;
mod program;
mod support;
mod traces;
mod tutorials;
