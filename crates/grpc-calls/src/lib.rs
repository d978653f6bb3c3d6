//! What becomes of gRPC calls: tower layers for tonic's servers and clients that tell an [`Observer`] of each
//! call's start, of the messages that pass, and of its one end, however it ends.
//!
//! An end is trailers, a response of headers alone, a failure, a handler's panic, or a body or future that is
//! dropped because the caller or the transport has gone. Nothing is allocated or locked for it.

mod body;
mod call;
mod client;
mod clock;
mod code;
mod deadline;
mod failure;
mod frames;
mod head;
mod methods;
mod observer;
mod server;
mod vanished;

pub use body::{RequestBody, ResponseBody};
pub use client::{ClientFuture, ClientLayer, ClientService};
pub use clock::{Clock, Moment};
pub use head::RequestHead;
pub use methods::{GrpcType, Method, Methods, MethodsError};
pub use observer::{Direction, MessageObserver, Observer};
pub use server::{ServerFuture, ServerLayer, ServerService};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
