//! Runs a program around its service, so that `main` only parses flags and connects components:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! # use kit::program::{Command, Program};
//! # async fn run(listener: tokio::net::TcpListener, registry: prometheus::Registry, shutdown: kit::shutdown::CancellationToken) {}
//! # fn main() -> ExitCode {
//! # let (port, command): (u16, Option<Command>) = (8080, None);
//! let health = ([127, 0, 0, 1], port).into();
//! let program = Program { name: "tea", version: env!("CARGO_PKG_VERSION"), health };
//! program.run(command, async |registry, shutdown| {
//!     let listener = kit::server::bind("--port", port).await?;
//!     run(listener, registry, shutdown).await;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! Logs, traces and process metrics start before the service, SIGINT and SIGTERM stop it, and the last spans and log
//! lines are written after it. An error is printed as one sentence on stderr; the exit code is then 1. clap exits with 2.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use prometheus::Registry;

use crate::line_queue::LineQueue;
use crate::shutdown::CancellationToken;
use crate::{health, metrics, shutdown, telemetry};

/// Maximum time at the end of the program to write the last lines, for stdout and stderr each.
const LAST_LINES_TIMEOUT: Duration = Duration::from_secs(1);

/// A program's subcommands; without one, it serves.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Command {
    /// Check the service on this machine: exit code 0 if it is healthy
    Healthcheck,
}

/// A program's identity.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// `service.name` in traces, unless the environment overrides it.
    pub name: &'static str,
    /// `service.version` in traces, unless the environment overrides it.
    pub version: &'static str,
    /// Address of its `/healthz` on this machine.
    pub health: SocketAddr,
}

impl Program {
    /// Runs the subcommand; without one, runs `serve` until it returns.
    pub fn run<S>(self, command: Option<Command>, serve: S) -> ExitCode
    where
        S: AsyncFnOnce(Registry, CancellationToken) -> anyhow::Result<()>,
    {
        let result = match command {
            Some(Command::Healthcheck) => health::check(self.health).map_err(Into::into),
            None => self.serve(Registry::new(), serve),
        };
        exit_code(result)
    }

    /// Runs `serve` until it returns, with a registry that adds labels or a prefix to all metrics.
    ///
    /// # Errors
    ///
    /// If telemetry or `serve` fails.
    pub fn serve<S>(self, registry: Registry, serve: S) -> anyhow::Result<()>
    where
        S: AsyncFnOnce(Registry, CancellationToken) -> anyhow::Result<()>,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let result = runtime.block_on(async {
            let telemetry = telemetry::init(self.name, self.version)?;
            let shutdown = shutdown::signal()?;
            metrics::register_process_metrics(&registry)?;
            LineQueue::stdout().register_metrics(&registry)?;
            telemetry.register_metrics(&registry)?;
            let result = serve(registry, shutdown).await;
            telemetry.shutdown().await;
            result
        });
        // Lookups by the system's resolver block a thread, and may take longer than the program may take to end.
        runtime.shutdown_background();
        LineQueue::stdout().finish(LAST_LINES_TIMEOUT);
        result
    }
}

/// Prints an error and its causes as one sentence, whatever `RUST_BACKTRACE` is, and returns the exit code. Waits a
/// second at most for the reader of stderr.
pub fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let stderr = LineQueue::start(io::stderr());
            let _ = stderr.push(format!("error: {error:#}\n").into_bytes());
            stderr.finish(LAST_LINES_TIMEOUT);
            ExitCode::FAILURE
        }
    }
}
