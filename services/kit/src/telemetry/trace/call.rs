//! One call's span, from the request to the end of the reply.

use std::any::Any;
use std::error::Error as StdError;
use std::sync::Arc;
use std::thread;

use ::http::{HeaderMap, Request, Response};
use opentelemetry::Context;
use tonic::{Code, Status};
use tracing::Span;

use super::{grpc, http, propagation};

/// What sort of call it is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    HttpServer,
    GrpcServer,
    /// With the server's host and port, if they are known.
    GrpcClient(Option<Arc<(String, u16)>>),
}

/// An open span. Dropped before its end, it is a cancelled call, or one that panicked.
#[derive(Debug)]
pub(super) struct Call {
    span: Span,
    /// Of a caller whose trace `span` cannot be a part of, because no spans are made.
    caller: Option<Context>,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    Http {
        /// Whether the reply's head has been sent.
        replied: bool,
    },
    Grpc {
        side: grpc::Side,
        /// What the reply means if no trailers come.
        without_trailers: Code,
    },
    Ended,
}

impl Call {
    /// `None` for a request that makes no span.
    pub(super) fn begin<B>(kind: &Kind, request: &mut Request<B>) -> Option<Self> {
        let path = request.uri().path();
        let (span, progress) = match kind {
            Kind::HttpServer if http::is_quiet(path) => return None,
            Kind::GrpcServer if grpc::is_quiet(path) => return None,
            Kind::HttpServer => (http::server_span(request), Progress::Http { replied: false }),
            Kind::GrpcServer => (grpc::server_span(path), grpc(grpc::Side::Server)),
            Kind::GrpcClient(server) => {
                (grpc::client_span(path, server.as_deref()), grpc(grpc::Side::Client))
            }
        };
        let caller = match kind {
            Kind::HttpServer | Kind::GrpcServer => propagation::extract(request.headers(), &span),
            Kind::GrpcClient(_) => {
                propagation::inject(&span, request.headers_mut());
                None
            }
        };
        Some(Self { span, caller, progress })
    }

    pub(super) fn in_scope<T>(&self, f: impl FnOnce() -> T) -> T {
        let _caller = self.caller.clone().map(Context::attach);
        self.span.in_scope(f)
    }

    /// The reply's head is there.
    pub(super) fn head<B>(&mut self, response: &Response<B>) {
        match &mut self.progress {
            Progress::Http { replied } => {
                *replied = true;
                http::record_status(&self.span, response.status());
            }
            Progress::Grpc { without_trailers, .. } => {
                *without_trailers = grpc::code_without_trailers(response.status());
                self.trailers(response.headers());
            }
            Progress::Ended => {}
        }
    }

    /// Headers that may have a gRPC status: trailers, or the head of a reply without a body.
    pub(super) fn trailers(&mut self, headers: &HeaderMap) {
        if let Progress::Grpc { .. } = self.progress
            && let Some(status) = Status::from_header_map(headers)
        {
            self.grpc_end(status.code(), status.message());
        }
    }

    /// There is no reply, for this reason.
    pub(super) fn failed(&mut self, error: &(dyn StdError + 'static)) {
        match self.progress {
            Progress::Http { .. } => self.http_end(Some("failed")),
            Progress::Grpc { .. } => self.grpc_end(grpc::code_of(error), &error.to_string()),
            Progress::Ended => {}
        }
    }

    /// The reply's body broke off.
    pub(super) fn broken(&mut self, error: &dyn Any) {
        match self.progress {
            Progress::Http { .. } => self.http_end(Some("broken_body")),
            Progress::Grpc { .. } => match error.downcast_ref::<Status>() {
                Some(status) => self.grpc_end(status.code(), status.message()),
                None => self.grpc_end(Code::Unknown, "the stream broke off"),
            },
            Progress::Ended => {}
        }
    }

    /// The reply has passed, all of it.
    pub(super) fn end(&mut self) {
        match self.progress {
            Progress::Http { .. } => self.http_end(None),
            Progress::Grpc { without_trailers, .. } => self.grpc_end(without_trailers, "no gRPC status came"),
            Progress::Ended => {}
        }
    }

    fn http_end(&mut self, error_type: Option<&'static str>) {
        self.progress = Progress::Ended;
        if let Some(error_type) = error_type {
            http::record_error(&self.span, error_type);
        }
    }

    fn grpc_end(&mut self, code: Code, message: &str) {
        if let Progress::Grpc { side, .. } = self.progress {
            grpc::record_status(&self.span, side, code, message);
        }
        self.progress = Progress::Ended;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let panicked = thread::panicking();
        match self.progress {
            Progress::Http { .. } if panicked => self.http_end(Some("panic")),
            Progress::Http { replied: false } => self.http_end(Some("canceled")),
            // A server may stop at the last byte that was announced, without asking for the end.
            Progress::Http { replied: true } | Progress::Ended => {}
            Progress::Grpc { .. } if panicked => self.grpc_end(Code::Internal, "panic"),
            Progress::Grpc { .. } => self.grpc_end(Code::Cancelled, "dropped before its end"),
        }
    }
}

fn grpc(side: grpc::Side) -> Progress {
    Progress::Grpc { side, without_trailers: Code::Unknown }
}
