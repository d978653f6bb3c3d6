//! The server over real sockets, one behaviour a file.

mod support;

mod drains;
mod echoes;
mod health;
mod one_port;
mod reflection;
mod settings;
mod slow_preface;
mod traces;
mod unknown_paths;
mod vanishing_client;
