//! Options of the metrics.

use sharded_metrics::Buckets;

use super::context::{ContextLabel, Contexts};
use super::counters::{Counters, HistogramBuckets};
use super::definitions::{self, Definition};
use super::error::BuildError;
use super::families::{Families, Naming};
use super::metrics::{ClientMetrics, Metrics, ServerMetrics};
use crate::{Methods, Moment, RequestHead};

/// Builds [`ServerMetrics`] or [`ClientMetrics`].
#[derive(Debug)]
#[must_use = "call `build` to make the metrics"]
pub struct Builder<M> {
    descriptor_sets: Vec<Vec<u8>>,
    naming: Naming,
    context_labels: Vec<ContextLabel>,
    handling: Option<Buckets>,
    messages: Option<Buckets>,
    exemplars: bool,
    definitions: &'static [Definition],
    finish: fn(Metrics) -> M,
}

impl<M> Builder<M> {
    fn new(definitions: &'static [Definition], finish: fn(Metrics) -> M) -> Self {
        Self {
            descriptor_sets: Vec::new(),
            naming: Naming::default(),
            context_labels: Vec::new(),
            handling: None,
            messages: None,
            exemplars: false,
            definitions,
            finish,
        }
    }

    /// Adds the methods of an encoded `google.protobuf.FileDescriptorSet`, which `tonic-prost-build` writes with
    /// `file_descriptor_set_path`. Required at least once: only these methods get their own series.
    pub fn file_descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.descriptor_sets.push(encoded.to_vec());
        self
    }

    /// A prefix of all names, separated by `_`.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.naming.namespace = namespace.into();
        self
    }

    /// A prefix of all names after the namespace, separated by `_`.
    pub fn subsystem(mut self, subsystem: impl Into<String>) -> Self {
        self.naming.subsystem = subsystem.into();
        self
    }

    /// Adds a label with this value to every series.
    pub fn const_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.naming.const_labels.insert(name.into(), value.into());
        self
    }

    /// Adds a label whose value `read` takes from each call.
    ///
    /// The value is `""` if `read` returns `None`, and `"other"` if it returns a value that is not in `values`, so that
    /// callers cannot create series. Every method gets a series for each value: keep the set small.
    pub fn context_label<V: Into<String>>(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
        read: impl for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync + 'static,
    ) -> Self {
        let values = values.into_iter().map(Into::into);
        self.context_labels.push(ContextLabel::new(name.into(), values, read));
        self
    }

    /// Enables the histogram of call durations in seconds, `grpc_*_handling_seconds`.
    pub fn handling_histogram(mut self, buckets: Buckets) -> Self {
        self.handling = Some(buckets);
        self
    }

    /// Keeps an exemplar of each bucket of the handling histogram: the newest call with a span in a sampled trace. The spans
    /// are those of an observer in the same layer, such as a [`Tracer`](crate::trace::Tracer).
    ///
    /// The metrics' method `exemplars` returns them, for a page in OpenMetrics.
    pub fn exemplars(mut self) -> Self {
        self.exemplars = true;
        self
    }

    /// Makes the metrics, with every series of every declared method at zero.
    ///
    /// The counters are never freed: build once, and clone. (A reference count that every call changes costs as much as
    /// the counting when several threads serve calls.) The first build in a process calibrates the clock: see
    /// [`Moment`].
    ///
    /// # Errors
    ///
    /// If no method is declared, or names, labels or buckets are invalid.
    pub fn build(self) -> Result<M, BuildError> {
        Moment::now();
        let methods = Methods::read(&self.descriptor_sets)?;
        let contexts = Contexts::new(self.context_labels)?;
        let buckets =
            HistogramBuckets { handling: self.handling, receive: self.messages.clone(), send: self.messages };
        let counters = Counters::new(methods, contexts, buckets, self.exemplars)?;
        let families = Families::new(self.definitions, &self.naming, &counters)?;
        Ok((self.finish)(Metrics::new(counters, families)))
    }
}

impl ServerMetrics {
    /// Starts to configure a server's metrics.
    pub fn builder() -> Builder<Self> {
        Builder::new(definitions::SERVER, Self)
    }
}

impl ClientMetrics {
    /// Starts to configure a client's metrics.
    pub fn builder() -> Builder<Self> {
        Builder::new(definitions::CLIENT, Self)
    }
}

impl Builder<ClientMetrics> {
    /// Enables the histograms of single messages in seconds: `grpc_client_msg_recv_handling_seconds`, the time that a
    /// message was awaited, and `grpc_client_msg_send_handling_seconds`, the time until the transport polled for more.
    pub fn message_histograms(mut self, buckets: Buckets) -> Self {
        self.messages = Some(buckets);
        self
    }
}
