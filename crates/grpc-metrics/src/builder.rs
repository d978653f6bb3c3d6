//! What is counted and under which names, said once.

use grpc_calls::Methods;

use crate::context::{ContextLabel, Contexts};
use crate::definitions::Definition;
use crate::families::{Families, Naming};
use crate::metrics::Metrics;
use crate::recorder::{HistogramBuckets, Recorder};
use crate::{Buckets, BuildError, ClientMetrics, RequestHead};

/// Builds [`ServerMetrics`](crate::ServerMetrics) or [`ClientMetrics`].
#[derive(Debug)]
#[must_use = "nothing is counted before the metrics are built"]
pub struct Builder<M> {
    descriptor_sets: Vec<Vec<u8>>,
    naming: Naming,
    context_labels: Vec<ContextLabel>,
    handling: Option<Buckets>,
    messages: Option<Buckets>,
    definitions: &'static [Definition],
    finish: fn(Metrics) -> M,
}

impl<M> Builder<M> {
    pub(crate) fn new(definitions: &'static [Definition], finish: fn(Metrics) -> M) -> Self {
        Self {
            descriptor_sets: Vec::new(),
            naming: Naming::default(),
            context_labels: Vec::new(),
            handling: None,
            messages: None,
            definitions,
            finish,
        }
    }

    /// Adds the methods of an encoded `google.protobuf.FileDescriptorSet`, as `tonic-prost-build`
    /// writes it. Needed at least once: only these methods get series of their own.
    pub fn file_descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.descriptor_sets.push(encoded.to_vec());
        self
    }

    /// The first part of each name, before `_`.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.naming.namespace = namespace.into();
        self
    }

    /// The part of each name after the namespace, before `_`.
    pub fn subsystem(mut self, subsystem: impl Into<String>) -> Self {
        self.naming.subsystem = subsystem.into();
        self
    }

    /// A label that every series carries with this one value.
    pub fn const_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.naming.const_labels.insert(name.into(), value.into());
        self
    }

    /// A label whose value comes from each call, out of a set that is closed here.
    ///
    /// A call for which `read` gives nothing has the value `""`, and one for which it gives a
    /// value that is not in `values` has `"other"`: callers cannot make series. Every method gets
    /// a series for each value, so keep the set small.
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

    /// Turns on the histogram of how long calls take, `grpc_*_handling_seconds`.
    pub fn handling_histogram(mut self, buckets: Buckets) -> Self {
        self.handling = Some(buckets);
        self
    }

    /// Checks what was said and makes the metrics, each series of each declared method at zero.
    ///
    /// What is built is never freed, to keep calls cheap: build once, and clone. The first build in a
    /// process measures the clock, for less than a millisecond, or up to 0.2 s on a busy machine.
    ///
    /// # Errors
    ///
    /// See [`BuildError`].
    pub fn build(self) -> Result<M, BuildError> {
        let methods = Methods::read(&self.descriptor_sets)?;
        let contexts = Contexts::new(self.context_labels)?;
        let buckets =
            HistogramBuckets { handling: self.handling, receive: self.messages.clone(), send: self.messages };
        let recorder = Recorder::new(methods, contexts, buckets)?;
        let families = Families::new(self.definitions, &self.naming, &recorder)?;
        Ok((self.finish)(Metrics::new(recorder, families)))
    }
}

impl Builder<ClientMetrics> {
    /// Turns on the histograms of how long single messages take,
    /// `grpc_client_msg_recv_handling_seconds` and `grpc_client_msg_send_handling_seconds`.
    pub fn message_histograms(mut self, buckets: Buckets) -> Self {
        self.messages = Some(buckets);
        self
    }
}
