//! Export of spans over OTLP/gRPC.
//!
//! The exporter of `opentelemetry-otlp` reports neither the size of a request nor what the collector said about it:
//! both are needed to send a batch in parts, and to count spans exactly.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Extensions;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout_at};
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::counters::{DropReason, SpanCounters};
use super::log::{ExportLog, Outcome};
use super::queue::Waiting;
use super::request::SpanRequest;
use super::retry::{Failure, MAX_RETRIES};
use crate::telemetry::settings::Export;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// OpenTelemetry's "no limit".
const UNLIMITED: Duration = Duration::from_secs(365 * 24 * 3600);
/// Maximum number of requests for a batch. It suffices to find a few spans that a collector refuses, but does not send
/// each span alone.
const MAX_REQUESTS: u32 = 64;

/// Exports batches from the caller's runtime.
#[derive(Debug)]
pub(in super::super) struct Exporter {
    runtime: Handle,
    waiting: Waiting,
    counters: SpanCounters,
    sender: Arc<Sender>,
}

#[derive(Debug)]
struct Sender {
    client: TraceServiceClient<Channel>,
    metadata: MetadataMap,
    request_timeout: Duration,
    batch_timeout: Duration,
    resource: ResourceAttributesWithSchema,
    counters: SpanCounters,
    log: Mutex<ExportLog>,
}

// === impl Exporter ===

impl Exporter {
    /// Connects with the first export.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub(in super::super) fn new(
        export: &Export,
        resource: &Resource,
        waiting: Waiting,
        counters: SpanCounters,
    ) -> Self {
        let channel = Endpoint::from(export.endpoint.address().clone());
        let channel = channel.connect_timeout(CONNECT_TIMEOUT).connect_lazy();
        let mut client = TraceServiceClient::new(channel);
        if export.gzip {
            // Go's servers compress their responses as the request is.
            client = client
                .send_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Gzip);
        }
        let sender = Sender {
            client,
            metadata: MetadataMap::from_headers(export.headers.clone()),
            request_timeout: export.request_timeout.unwrap_or(UNLIMITED),
            batch_timeout: export.batches.timeout.unwrap_or(UNLIMITED),
            resource: resource.into(),
            counters: counters.clone(),
            log: Mutex::new(ExportLog::new(export.endpoint.to_string())),
        };
        Self { runtime: Handle::current(), waiting, counters, sender: Arc::new(sender) }
    }
}

impl SpanExporter for Exporter {
    /// Always succeeds: what became of the spans is counted and logged here, and the SDK would log each failure.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        self.waiting.remove(spans);
        let sender = Arc::clone(&self.sender);
        // The SDK calls from a thread outside of the runtime.
        if self.runtime.spawn(async move { sender.export(batch).await }).await.is_err() {
            self.counters.dropped(DropReason::Shutdown, spans);
        }
        Ok(())
    }
}

// === impl Sender ===

impl Sender {
    async fn export(&self, batch: Vec<SpanData>) {
        let deadline = Instant::now() + self.batch_timeout;
        let mut requests = 0;
        let mut outcome = Outcome::default();
        let mut parts = vec![SpanRequest::new(batch, &self.resource)];
        while let Some(part) = parts.pop() {
            let spans = part.spans();
            if part.is_too_large() {
                match part.halves() {
                    // The first half is sent first.
                    Ok([first, second]) => parts.extend([second, first]),
                    Err(_) => self.drop(&mut outcome, DropReason::TooLarge, spans, "it exceeds 1 MiB"),
                }
                continue;
            }
            requests += 1;
            match self.send(&part, deadline).await {
                Ok(partial) => self.accepted(&mut outcome, spans, partial),
                Err(status) => match Failure::of(&status, 0) {
                    Failure::Temporary(_) => {
                        let lost = spans + parts.drain(..).map(|part| part.spans()).sum::<usize>();
                        self.drop(&mut outcome, DropReason::Unavailable, lost, &words(&status));
                    }
                    Failure::Divisible if requests < MAX_REQUESTS => match part.halves() {
                        Ok([first, second]) => parts.extend([second, first]),
                        Err(_) => self.drop(&mut outcome, DropReason::Refused, spans, &words(&status)),
                    },
                    Failure::Divisible | Failure::Final => {
                        self.drop(&mut outcome, DropReason::Refused, spans, &words(&status));
                    }
                },
            }
        }
        outcome.queue_full_total = self.counters.dropped_total(DropReason::QueueFull);
        self.log.lock().unwrap_or_else(PoisonError::into_inner).record(&outcome);
    }

    /// Sends a request, and repeats it while its failure may be temporary.
    async fn send(
        &self,
        request: &SpanRequest,
        deadline: Instant,
    ) -> Result<Option<ExportTracePartialSuccess>, Status> {
        let deadline = deadline.min(Instant::now() + self.request_timeout);
        let mut retries = 0;
        loop {
            let message =
                Request::from_parts(self.metadata.clone(), Extensions::default(), request.message());
            let response = timeout_at(deadline, self.client.clone().export(message)).await;
            let status = match response {
                Ok(Ok(response)) => return Ok(response.into_inner().partial_success),
                Ok(Err(status)) => status,
                Err(_) => return Err(Status::deadline_exceeded("no response in time")),
            };
            match Failure::of(&status, retries) {
                Failure::Temporary(delay) if retries < MAX_RETRIES && Instant::now() + delay < deadline => {
                    sleep_until(Instant::now() + delay).await;
                    retries += 1;
                }
                _ => return Err(status),
            }
        }
    }

    /// Counts the spans of a request that the collector accepted, but perhaps not all of them.
    fn accepted(&self, outcome: &mut Outcome, spans: usize, partial: Option<ExportTracePartialSuccess>) {
        let partial = partial.unwrap_or_default();
        let refused = usize::try_from(partial.rejected_spans).unwrap_or(0).min(spans);
        self.counters.exported(spans - refused);
        outcome.exported += spans - refused;
        if refused > 0 {
            self.drop(outcome, DropReason::Refused, refused, &partial.error_message);
        } else if !partial.error_message.is_empty() {
            outcome.remark = Some(partial.error_message);
        }
    }

    fn drop(&self, outcome: &mut Outcome, reason: DropReason, spans: usize, words: &str) {
        self.counters.dropped(reason, spans);
        outcome.dropped(reason, spans, words);
    }
}

/// The words of a status, with the causes of a failed connection.
fn words(status: &Status) -> String {
    let mut words = format!("{:?}: {}", status.code(), status.message());
    let mut source = std::error::Error::source(status);
    while let Some(error) = source {
        words.push_str(&format!(": {error}"));
        source = error.source();
    }
    words
}
