//! The program `hello-influx`: parses the settings and runs the library.

use std::process::ExitCode;

use clap::Parser;
use hello_influx::Settings;
use kit::program::{Command, Program};
use kit::settings;

/// Returns "Hello World!" and pushes the number and duration of requests to InfluxDB.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Port for /, /slow and /healthz; 0 chooses a free one
    #[arg(long, env = "PORT", value_name = "PORT", default_value = "3000", value_parser = settings::port)]
    port: u16,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { port, settings, command } = Cli::parse();
    let program = Program {
        name: "hello-influx",
        version: env!("CARGO_PKG_VERSION"),
        health: settings.http.local_address(port),
    };
    // The tutorial's metrics are pushed: there is no `/metrics`, so the registry is not used.
    program.run(command, async |_registry, shutdown| {
        let listener = settings.http.bind("--port", port).await?;
        hello_influx::run(listener, settings, shutdown).await?;
        Ok(())
    })
}
