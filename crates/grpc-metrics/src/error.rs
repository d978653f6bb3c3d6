//! Why metrics could not be built.

/// A mistake in what a [`Builder`](crate::Builder) was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The bytes are no encoded `google.protobuf.FileDescriptorSet`.
    #[error("not a file descriptor set: {0}")]
    Descriptor(#[source] prost::DecodeError),
    /// No descriptor set was given, or none of them declares a method.
    #[error("no descriptor set declares a method: every call would be counted as unknown")]
    NoMethods,
    /// Bucket bounds must be finite, above zero, and strictly ascending.
    #[error("bucket bounds must be seconds above 0, strictly ascending: {0:?}")]
    Buckets(Vec<f64>),
    /// The declared values of all context labels combine into too many series.
    #[error("the context labels combine into more than {limit} sets of values")]
    TooManyContexts {
        /// The most sets of values that one method may have.
        limit: usize,
    },
    /// Two labels would have this name; histograms have one called `le`.
    #[error("the label name `{0}` is taken")]
    LabelTaken(String),
    /// A name is not a valid metric or label name.
    #[error(transparent)]
    Name(#[from] prometheus::Error),
}
