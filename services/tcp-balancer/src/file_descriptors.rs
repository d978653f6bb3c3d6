//! How many connections the system allows for.

use rustix::io;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A connection takes two: the client's, the back end's.
const EACH: u64 = 2;
/// For listeners, REST, health checks, DNS, logs, and the pipes of the worker threads.
const RESERVED: u64 = 256;

/// Raises the limit of open files to what the process may have, and says in the log what it allows for.
pub fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = if current == maximum { Ok(()) } else { raise_to(maximum) };
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files cannot be raised");
    }
    match getrlimit(Resource::Nofile).current {
        Some(files) => {
            let connections = files.saturating_sub(RESERVED) / EACH;
            tracing::info!(files, connections, "file descriptors");
        }
        None => tracing::info!("file descriptors without a limit"),
    }
}

fn raise_to(maximum: Option<u64>) -> io::Result<()> {
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
}
