//! The server over real sockets, one behaviour per file.

mod support;

mod disconnects;
mod drain;
mod echo;
mod edge;
mod health;
mod one_port;
mod reflection;
mod settings;
mod slow_preface;
mod traces;
mod transport;
mod unknown_paths;
mod unread_stdout;
