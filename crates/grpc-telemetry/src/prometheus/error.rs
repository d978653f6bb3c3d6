//! Errors in the options of the metrics.

use sharded_metrics::BucketsError;

use crate::MethodsError;

/// An error in the options of a [`Builder`](super::Builder).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The methods cannot be read.
    #[error(transparent)]
    Methods(#[from] MethodsError),
    /// A histogram's bucket bounds are invalid.
    #[error(transparent)]
    Buckets(#[from] BucketsError),
    /// The values of the context labels have too many combinations.
    #[error("the context labels have more than {max} combinations of values")]
    TooManyContexts {
        /// The maximum number of combinations.
        max: usize,
    },
    /// The label is used twice, or is one of the metrics' own, such as `le` or `grpc_code`.
    #[error("duplicate label name `{0}`")]
    DuplicateLabel(String),
    /// A metric's or label's name is invalid.
    #[error(transparent)]
    Name(#[from] prometheus::Error),
}
