//! Sends encoded flushes: the same client for both sinks.

use std::net::SocketAddr;

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Endpoint;
use tonic::{Request, Status};

/// Sends the flushes on one stream, and waits for the response.
pub(crate) async fn send(sink: SocketAddr, flushes: Vec<Bytes>) -> anyhow::Result<()> {
    let channel = Endpoint::from_shared(format!("http://{sink}"))?.connect().await?;
    let mut client = Grpc::new(channel);
    client.ready().await?;
    let path = PathAndQuery::from_static("/envoy.service.metrics.v3.MetricsService/StreamMetrics");
    client.client_streaming(Request::new(tokio_stream::iter(flushes)), path, Encoded).await?;
    Ok(())
}

struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
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

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(message);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, reply: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        reply.advance(reply.remaining());
        Ok(Some(()))
    }
}
