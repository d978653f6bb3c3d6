//! The server over real sockets, one behaviour a file.

mod drain;
mod gone_clients;
