//! Why metrics could not be built.

use grpc_calls::MethodsError;
use sharded_metrics::BucketsError;

/// A mistake in what a [`Builder`](crate::Builder) was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no table of methods to tell calls apart by.
    #[error(transparent)]
    Methods(#[from] MethodsError),
    /// A histogram's bounds are no buckets.
    #[error(transparent)]
    Buckets(#[from] BucketsError),
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
