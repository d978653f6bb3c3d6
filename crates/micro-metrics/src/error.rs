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
    /// The bounds are no buckets.
    #[error(transparent)]
    Buckets(#[from] BucketsError),
    /// The `prometheus` crate refuses a name or label.
    #[error(transparent)]
    Prometheus(#[from] prometheus::Error),
}
