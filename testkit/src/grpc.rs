//! For tests that observe gRPC calls: a service whose requests select how their calls end, and calls and bodies without
//! a socket.

pub mod bare;
pub mod ping;
pub mod raw;
pub mod script;
