//! The console over real sockets, one behaviour a file.

mod actions;
mod assets;
mod dashboards;
mod end;
mod faults;
mod guard;
mod lab;
mod live;
mod load;
mod program;
mod settings;
mod source;
mod stubs;
mod traces;
mod tutorials;
