//! The echo service.

use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_server::EchoService;
use tonic::{Request, Response, Status};

/// Returns each message prefixed with `echo `.
#[derive(Debug)]
pub(crate) struct Echo;

#[tonic::async_trait]
impl EchoService for Echo {
    async fn echo_service(&self, request: Request<Message>) -> Result<Response<Message>, Status> {
        let Message { message } = request.into_inner();
        kit::text::check_lines(&message)
            .map_err(|reason| Status::invalid_argument(format!("the field message {reason}")))?;
        tracing::info!(bytes = message.len(), "echo");
        Ok(Response::new(Message { message: format!("echo {message}") }))
    }
}
