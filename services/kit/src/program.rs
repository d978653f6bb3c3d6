//! What every program does around its service, so that a `main` is its flags and this:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! # use crate::program::{Command, Program};
//! # async fn serve(listener: tokio::net::TcpListener, registry: prometheus::Registry, shutdown: crate::shutdown::CancellationToken) {}
//! # fn main() -> ExitCode {
//! # let (port, command): (u16, Option<Command>) = (8080, None);
//! let program = Program { name: "tea", version: env!("CARGO_PKG_VERSION"), health_port: port };
//! program.run(command, async |registry, shutdown| {
//!     let listener = crate::program::listen("--port", port).await?;
//!     serve(listener, registry, shutdown).await;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! Logs, traces and process metrics are there before the service, SIGINT and SIGTERM end it, the last spans are sent
//! after it. What goes wrong is one sentence on stderr and an exit code of 1; clap's own is 2.

mod listen;
pub mod setting;

use std::process::ExitCode;

use crate::shutdown::CancellationToken;
use clap::Subcommand;
use prometheus::Registry;

pub use listen::listen;

/// What a program can do besides serving.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Command {
    /// Ask the service on this machine how it is: exit code 0 if it is well
    Healthcheck,
}

/// Who is running.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name in traces, unless the environment has another.
    pub name: &'static str,
    /// Its version in traces.
    pub version: &'static str,
    /// Where its `/healthz` is.
    pub health_port: u16,
}

impl Program {
    /// Does what the command says; without one, serves until the end.
    pub fn run<S>(self, command: Option<Command>, serve: S) -> ExitCode
    where
        S: AsyncFnOnce(Registry, CancellationToken) -> anyhow::Result<()>,
    {
        let result = match command {
            Some(Command::Healthcheck) => crate::telemetry::healthcheck(self.health_port).map_err(Into::into),
            None => self.serve(serve),
        };
        exit_code(result)
    }

    fn serve<S>(self, serve: S) -> anyhow::Result<()>
    where
        S: AsyncFnOnce(Registry, CancellationToken) -> anyhow::Result<()>,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let telemetry = crate::telemetry::init(self.name, self.version)?;
            let shutdown = crate::shutdown::signal()?;
            let registry = Registry::new();
            crate::telemetry::register_process_metrics(&registry)?;
            let result = serve(registry, shutdown).await;
            telemetry.shutdown().await;
            result
        })
    }
}

/// Says what went wrong in one sentence, whatever `RUST_BACKTRACE` is, and makes an exit code of it.
pub fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
