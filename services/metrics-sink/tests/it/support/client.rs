//! One stream of an Envoy, as raw messages: so that wrong ones can be sent as well.

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
    reply: JoinHandle<Result<(), Status>>,
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
        let reply = tokio::spawn(async move {
            let mut client = Grpc::new(channel);
            client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
            let request = Request::new(ReceiverStream::new(receiver));
            client.client_streaming(request, PathAndQuery::from_static(path), Raw).await?;
            Ok(())
        });
        Self { messages, reply }
    }

    pub(crate) async fn send(&self, message: &StreamMetricsMessage) {
        self.send_raw(message.encode_to_vec()).await;
    }

    /// Sends, unless the sink has ended the stream.
    pub(crate) async fn send_raw(&self, message: Vec<u8>) {
        let _ = self.messages.send(message).await;
    }

    /// Ends the stream, and gives what the sink says to that.
    pub(crate) async fn finish(self) -> Result<(), Status> {
        drop(self.messages);
        self.reply.await.expect("no panic")
    }

    /// What the sink ends the stream with.
    pub(crate) async fn ended(self) -> Status {
        let reply = self.reply.await.expect("no panic");
        drop(self.messages);
        reply.expect_err("the stream is refused")
    }

    /// Goes away in the middle.
    pub(crate) async fn vanish(self) {
        self.reply.abort();
        let _ = self.reply.await;
    }
}

/// Sends bytes as they are; the reply is empty.
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

    fn decode(&mut self, reply: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        reply.advance(reply.remaining());
        Ok(Some(()))
    }
}
