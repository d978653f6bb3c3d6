//! The limit of open files, which bounds the number of connections.

use rustix::io;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A connection uses the client's socket and the backend's.
const FILES_PER_CONNECTION: u64 = 2;
/// Files reserved for listeners, REST, health checks, DNS, logs, and the worker threads' pipes.
const RESERVED_FILES: u64 = 256;

/// Raises the process's limit of open files to its hard limit, and logs how many connections it allows.
pub fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = if current == maximum { Ok(()) } else { raise_to(maximum) };
    if let Err(error) = raised {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
    match getrlimit(Resource::Nofile).current {
        Some(files) => {
            let connections = files.saturating_sub(RESERVED_FILES) / FILES_PER_CONNECTION;
            tracing::info!(files, connections, "limit of open files");
        }
        None => tracing::info!("no limit of open files"),
    }
}

fn raise_to(maximum: Option<u64>) -> io::Result<()> {
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
}
