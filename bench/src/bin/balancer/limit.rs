//! The limit of file descriptors, which limits the number of connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that a proxy needs besides its connections: listeners, logs, pipes.
const SPARE: usize = 200;
/// Maximum number of idle connections.
const MAX_CONNECTIONS: usize = 10_000;

/// Raises the limit of this process and its children to the hard limit, and returns it.
pub(crate) fn raise() -> anyhow::Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(limit.maximum.and_then(|maximum| usize::try_from(maximum).ok()).unwrap_or(usize::MAX))
}

/// The number of connections that a proxy can hold with this limit: each takes two descriptors.
pub(crate) fn connections(descriptors: usize) -> usize {
    (descriptors.saturating_sub(SPARE) / 2).min(MAX_CONNECTIONS)
}
