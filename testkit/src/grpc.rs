//! What the tests of crates that watch gRPC calls share: a service whose calls end as their requests tell them to,
//! and calls and bodies without a socket.

pub mod bare;
pub mod ping;
pub mod script;
