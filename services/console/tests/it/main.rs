//! The console over real sockets, one behaviour a file.

mod assets;
mod guard;
mod lab;
mod settings;
