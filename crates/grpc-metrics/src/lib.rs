#![doc = include_str!("../README.md")]

mod body;
mod buckets;
mod builder;
mod call;
mod cells;
mod client;
mod clock;
mod code;
mod context;
mod deadline;
mod definitions;
mod error;
mod failure;
mod families;
mod frames;
mod method;
mod metrics;
mod recorder;
mod server;
mod slot;
mod vanished;

pub use body::{RequestBody, ResponseBody};
pub use buckets::Buckets;
pub use builder::Builder;
pub use client::{ClientFuture, ClientLayer, ClientService};
pub use context::RequestHead;
pub use error::BuildError;
pub use metrics::{ClientMetrics, ServerMetrics};
pub use server::{ServerFuture, ServerLayer, ServerService};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
