//! A stream of an Envoy that can send raw, and thus invalid, messages.

use std::net::SocketAddr;

use bytes::{Buf, BufMut};
use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use http::uri::PathAndQuery;
use prost::Message;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

pub(crate) const V3: &str = "/envoy.service.metrics.v3.MetricsService/StreamMetrics";
pub(crate) const V2: &str = "/envoy.service.metrics.v2.MetricsService/StreamMetrics";

pub(crate) struct EnvoyStream {
    messages: mpsc::Sender<Vec<u8>>,
    response: JoinHandle<Result<(), Status>>,
}

impl EnvoyStream {
    pub(crate) async fn open(sink: SocketAddr) -> Self {
        Self::open_at(sink, V3).await
    }

    pub(crate) async fn open_at(sink: SocketAddr, path: &'static str) -> Self {
        let channel = Endpoint::from_shared(format!("http://{sink}")).expect("an address").connect().await;
        Self::on(channel.expect("the sink listens"), path)
    }

    pub(crate) fn on(channel: Channel, path: &'static str) -> Self {
        let (messages, receiver) = mpsc::channel(1);
        let response = tokio::spawn(async move {
            let mut client = Grpc::new(channel);
            client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
            let request = Request::new(ReceiverStream::new(receiver));
            client.client_streaming(request, PathAndQuery::from_static(path), Raw).await?;
            Ok(())
        });
        Self { messages, response }
    }

    pub(crate) async fn send(&self, message: &StreamMetricsMessage) {
        self.send_raw(message.encode_to_vec()).await;
    }

    /// Sends bytes as a message; does nothing if the sink has ended the stream.
    pub(crate) async fn send_raw(&self, message: Vec<u8>) {
        let _ = self.messages.send(message).await;
    }

    /// Ends the stream and returns the status.
    pub(crate) async fn finish(self) -> Result<(), Status> {
        drop(self.messages);
        self.response.await.expect("no panic")
    }

    /// Waits until the sink ends the stream, and returns the status.
    pub(crate) async fn ended(self) -> Status {
        let response = self.response.await.expect("no panic");
        drop(self.messages);
        response.expect_err("an error status")
    }

    /// Resets the stream.
    pub(crate) async fn reset(self) {
        self.response.abort();
        let _ = self.response.await;
    }
}

/// Encodes bytes unchanged, and ignores the response.
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, response: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        response.advance(response.remaining());
        Ok(Some(()))
    }
}
