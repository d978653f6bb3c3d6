//! File descriptors: how many there may be decides how many connections can be held.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a proxy needs beside its connections: listeners, logs, pipes.
const SPARE: usize = 200;
/// Idle connections to hold.
const WANTED: usize = 10_000;

/// Takes as many as the system gives, for this process and those that it starts; says how many.
pub(crate) fn raise() -> anyhow::Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(limit.maximum.and_then(|maximum| usize::try_from(maximum).ok()).unwrap_or(usize::MAX))
}

/// The connections that a proxy can hold: two descriptors each.
pub(crate) fn connections(descriptors: usize) -> usize {
    (descriptors.saturating_sub(SPARE) / 2).min(WANTED)
}
