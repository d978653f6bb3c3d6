//! The program `jaeger-standin`: parses the settings and runs the library.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use jaeger_standin::otlp::Limits;
use tokio::net::TcpListener;

/// A small stand-in for Jaeger: receives OTLP over gRPC, serves Jaeger's query API and plain pages. Spans are kept in
/// memory only. Jaeger's own options, such as --config, are not supported.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to listen on; the variable is that of Jaeger's image.
    #[arg(long, env = "JAEGER_LISTEN_HOST", default_value = "0.0.0.0")]
    listen_host: IpAddr,
    /// Port of the OTLP gRPC service.
    #[arg(long, default_value_t = 4317)]
    otlp_port: u16,
    /// Port of the query API and the pages.
    #[arg(long, default_value_t = 16686)]
    query_port: u16,
    /// Maximum number of spans; beyond it, the oldest traces are dropped.
    #[arg(long, default_value_t = 50_000)]
    max_spans: usize,
    /// Maximum estimated memory of the spans, in MiB; beyond it, the oldest traces are dropped.
    #[arg(long, default_value_t = 16)]
    max_memory_mib: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    kit::program::exit_code(serve(Args::parse()).await)
}

async fn serve(args: Args) -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().init();
    let limits = Limits { spans: args.max_spans, bytes: args.max_memory_mib.saturating_mul(1 << 20) };
    let otlp = bind("--otlp-port", args.listen_host, args.otlp_port).await?;
    let query = bind("--query-port", args.listen_host, args.query_port).await?;
    tracing::info!(otlp = %otlp.local_addr()?, query = %query.local_addr()?, "stand-in for Jaeger is ready");
    jaeger_standin::run(otlp, query, limits, kit::shutdown::signal()?).await;
    Ok(())
}

async fn bind(flag: &str, host: IpAddr, port: u16) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind((host, port)).await;
    bound.with_context(|| format!("{flag}: cannot listen on {}", SocketAddr::from((host, port))))
}
