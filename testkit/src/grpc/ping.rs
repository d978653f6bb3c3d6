//! The service of `ping.proto`, whose requests select how their calls end.

use std::iter;
use std::pin::Pin;

use tokio_stream::{Stream, StreamExt};
use tonic::{Code, Request, Response, Status, Streaming};

pub use self::generated::test_service_client::TestServiceClient;
pub use self::generated::test_service_server::{TestService, TestServiceServer};
pub use self::generated::{Empty, Ending, PingReply, PingRequest};

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::doc_markdown)]
mod generated {
    include!("gen/testpb.rs");
}

/// The encoded descriptors of the service.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptor_set.bin");
/// The service's full name.
pub const SERVICE: &str = "testpb.TestService";
/// The number of replies of a `PingList` request whose `count` is 0.
pub const LIST_REPLIES: u32 = 20;

/// The implementation of the service.
#[derive(Debug, Clone, Copy)]
pub struct Ping;

type Replies = Pin<Box<dyn Stream<Item = Result<PingReply, Status>> + Send>>;

/// A request whose call succeeds.
pub fn well() -> PingRequest {
    PingRequest::default()
}

/// A request whose call ends in this way; a failure has the code `FAILED_PRECONDITION`.
pub fn ending(ending: Ending) -> PingRequest {
    PingRequest { ending: ending.into(), code: Code::FailedPrecondition.into(), ..Default::default() }
}

/// A request whose call fails with this code.
pub fn failing(code: Code) -> PingRequest {
    PingRequest { code: code.into(), ..ending(Ending::Failure) }
}

async fn end(request: &PingRequest) -> Result<(), Status> {
    match request.ending() {
        Ending::Well => Ok(()),
        Ending::Failure => Err(Status::new(Code::from_i32(request.code), "requested")),
        Ending::Panic => panic!("requested"),
        Ending::Hang => std::future::pending().await,
    }
}

fn reply(value: &str, counter: u32) -> PingReply {
    PingReply { value: value.to_owned(), counter }
}

#[tonic::async_trait]
impl TestService for Ping {
    type PingListStream = Replies;
    type PingStreamStream = Replies;

    async fn ping_empty(&self, _: Request<Empty>) -> Result<Response<PingReply>, Status> {
        Ok(Response::new(reply("", 42)))
    }

    async fn ping(&self, request: Request<PingRequest>) -> Result<Response<PingReply>, Status> {
        end(request.get_ref()).await?;
        Ok(Response::new(reply(&request.get_ref().value, 42)))
    }

    async fn ping_error(&self, request: Request<PingRequest>) -> Result<Response<Empty>, Status> {
        Err(Status::new(Code::from_i32(request.get_ref().code), "requested"))
    }

    async fn ping_list(&self, request: Request<PingRequest>) -> Result<Response<Replies>, Status> {
        let request = request.into_inner();
        let count = match (request.count, request.ending()) {
            (0, Ending::Well) => LIST_REPLIES,
            (0, Ending::Failure) => return Err(end(&request).await.unwrap_err()),
            (count, _) => count,
        };
        let value = request.value.clone();
        let replies = tokio_stream::iter((0..count).map(move |counter| Ok(reply(&value, counter))));
        let last = tokio_stream::iter(iter::once(request))
            .then(|request| async move { end(&request).await.map(|()| None) });
        let replies = replies.map(|reply| reply.map(Some)).chain(last);
        Ok(Response::new(Box::pin(replies.filter_map(Result::transpose))))
    }

    async fn ping_stream(
        &self,
        requests: Request<Streaming<PingRequest>>,
    ) -> Result<Response<Replies>, Status> {
        let replies = requests.into_inner().then(|request| async move {
            let request = request?;
            end(&request).await?;
            Ok(reply(&request.value, 0))
        });
        Ok(Response::new(Box::pin(replies)))
    }

    async fn ping_client_stream(
        &self,
        requests: Request<Streaming<PingRequest>>,
    ) -> Result<Response<PingReply>, Status> {
        let mut requests = requests.into_inner();
        let mut count = 0;
        while let Some(request) = requests.message().await? {
            count += 1;
            end(&request).await?;
        }
        Ok(Response::new(reply("", count)))
    }
}
