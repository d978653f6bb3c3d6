#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod call;
mod client;
mod clock;
mod deadline;
mod disconnect;
#[cfg(any(feature = "go-micro", feature = "prometheus"))]
mod exemplars;
mod frames;
mod methods;
mod observer;
pub mod protocol;
mod request_body;
mod response_body;
mod server;
mod status;

#[cfg(feature = "go-micro")]
pub mod go_micro;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "trace")]
pub mod trace;

pub use client::{ClientFuture, ClientLayer, ClientService};
pub use clock::Moment;
#[cfg(any(feature = "go-micro", feature = "prometheus"))]
pub use exemplars::Exemplar;
pub use methods::{GrpcType, Method, Methods, MethodsError};
pub use observer::{
    CallEnd, CallObserver, Cause, Direction, MessageObserver, Observer, RequestHead, SampledSpan, Side,
};
pub use request_body::RequestBody;
pub use response_body::ResponseBody;
pub use server::{ServerFuture, ServerLayer, ServerService};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
