//! The TCP balancer beside its peers, in turns: what a byte, a connection, a round trip and an idle connection cost.
//!
//! One worker each, all on loopback, with the same far end behind them. The ends share the machine's cores with what
//! is measured, so that rates say less than the processor time of the process itself. Ratios travel, absolute figures
//! do not. Nothing is asserted but that all bytes arrive.

mod client;
mod idle;
mod limit;
mod origin;
mod process;
mod programs;
mod report;
mod request;
mod subject;
mod turns;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use process::Process;
use programs::Programs;
use subject::Subject;
use tempfile::TempDir;
use turns::{Measure, Target};

#[derive(Parser)]
struct Cli {
    /// The balancer's program; without it, the one beside this program
    #[arg(long, env = "TCP_BALANCER")]
    balancer: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, Subcommand)]
enum Command {
    /// The far end, a process of its own; it prints its port
    Origin,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match cli.command {
        Some(Command::Origin) => runtime.block_on(origin::serve()),
        None => runtime.block_on(compare(cli.balancer)),
    }
}

async fn compare(balancer: Option<PathBuf>) -> anyhow::Result<()> {
    let descriptors = limit::raise()?;
    let idle = limit::connections(descriptors);
    let directory = tempfile::tempdir()?;
    let origin = Process::origin()?;
    let programs = Programs::find(balancer)?;
    let run = |subject: Subject| start(&programs, subject, &directory, &origin, idle);

    println!("tcp-balancer beside its peers: one worker each, loopback, medians of {} turns", turns::TURNS);
    let mut targets = vec![Target::direct(&origin)];
    for subject in Subject::ALL {
        match run(subject) {
            Ok(process) => targets.push(Target::through(subject, process)),
            Err(reason) if subject.is_peer() => println!("not measured: {}: {reason:#}", subject.name()),
            Err(reason) => return Err(reason),
        }
    }
    for measure in Measure::ALL {
        report::measured(measure, &turns::run(measure, &targets).await?);
    }
    let measured: Vec<_> = targets.into_iter().filter_map(|target| target.subject).collect();

    report::begin_idle(idle, descriptors);
    for subject in measured.into_iter().filter(|subject| subject.is_default()) {
        // A new process: what has worked before holds memory that idle connections do not need.
        report::idle(subject, &idle::hold(&run(subject)?, &origin, idle).await?);
    }
    Ok(())
}

fn start(
    programs: &Programs,
    subject: Subject,
    directory: &TempDir,
    origin: &Process,
    connections: usize,
) -> anyhow::Result<Process> {
    let program = programs.of(subject).with_context(|| format!("{} is not here", subject.program()))?;
    Process::proxy(program, subject, directory.path(), origin.address, connections)
}
