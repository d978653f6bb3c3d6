//! The lab's protobuf messages and gRPC services.
//!
//! The code in `src/gen/` is generated from `*.proto` and checked in, so that a build needs neither `protoc` nor a build
//! script. A test regenerates and compares it.
//!
//! ```no_run
//! use lookout_proto::echo::{Message, echo_service_client::EchoServiceClient};
//!
//! # async fn call() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = EchoServiceClient::connect("http://127.0.0.1:8080").await?;
//! let reply = client.echo_service(Message { message: "hello".into() }).await?;
//! assert_eq!(reply.into_inner().message, "echo hello");
//! # Ok(())
//! # }
//! ```

/// Package `proto` of `echo.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod echo {
    include!("gen/proto.rs");

    /// The file's serialized `google.protobuf.FileDescriptorSet`, without comments.
    pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/echo.bin");
}

/// Package `go.micro.srv.order` of `order.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod order {
    include!("gen/go.micro.srv.order.rs");

    /// The serialized `google.protobuf.FileDescriptorSet` of the file and its imports, without comments.
    pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/order.bin");
}
