//! The command `lab`, run in the lab's network: `check`, `alert`, `mail`, `outage`, `restore` and others.

use std::{io::stdout, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, anyhow};
use catalog::Fault;
use clap::{Parser, Subcommand, ValueEnum};
use clients::{Clients, settings::Settings};
use faults::lock::{Lock, LockError};
use lab::{
    addresses,
    alert::{self, AlertError},
    check::{self, outage},
    leftovers, mail,
    render::{
        self, RenderError,
        published::Published,
        settings::{Refusals, RenderSettings},
    },
    signals,
};

/// The exit code with which shells report an interrupted program.
const INTERRUPTED: u8 = 130;

#[derive(Debug, Parser)]
#[command(about, version)]
struct Command {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Prove every claim and print the evidence
    Check,
    /// Inject faults, wait for their mails, clear them, wait for the resolved mails
    Alert {
        /// The fault to inject, or several separated by commas; `help` lists all faults
        #[arg(value_parser = alert_argument)]
        faults: AlertArgument,
        /// Timeout for each mail, in seconds
        #[arg(long, env = "LAB_TIMEOUT", default_value_t = 60)]
        timeout: u64,
    },
    /// Stop InfluxDB for a while, and prove that everything pushed meanwhile arrives
    Outage {
        /// Length of the outage, in seconds
        #[arg(default_value_t = 30, value_parser = clap::value_parser!(u64).range(5..=120))]
        seconds: u64,
    },
    /// Render the configuration that depends on settings, and reload the services that read it
    Render(RenderSettings),
    /// Send a test mail as Alertmanager and Grafana do, and report each step
    Mail {
        #[command(flatten)]
        settings: RenderSettings,
        /// Try only the connection, TLS and the login, if another mailbox than the lab's own is set; print only a problem
        #[arg(long)]
        quick: bool,
    },
    /// Clear faults that a killed run has left
    Restore,
    /// Print the addresses of the running services
    Addresses {
        /// Address of Grafana in the browser; empty if Grafana does not run
        #[arg(long, env = "GRAFANA_URL", default_value = "http://127.0.0.1:3000")]
        grafana_url: String,
    },
    /// Print the metrics that the services expose now, in the format of docs/metrics.golden
    #[command(name = "catalogue")]
    MetricSchema,
}

/// The argument of `lab alert`.
#[derive(Clone, Debug)]
enum AlertArgument {
    Help,
    Faults(Vec<Fault>),
}

fn alert_argument(name: &str) -> anyhow::Result<AlertArgument> {
    if name == "help" {
        return Ok(AlertArgument::Help);
    }
    let faults = name.split(',').map(|name| Fault::from_str(name.trim(), false)).collect::<Result<_, _>>();
    faults.map(AlertArgument::Faults).map_err(|_| anyhow!("the faults are\n{}", Fault::list()))
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Command { action, settings } = Command::parse();
    let clients = Clients::new(settings).context("cannot set up the HTTP client")?;
    let lock = |holder: &str| Lock::acquire(&clients.settings.state, holder);
    let stop = signals::cancel_on_signal().context("cannot install signal handlers")?;
    let failed = match action {
        Action::Check => {
            let _lock = lock("make check")?;
            match check::run(&clients, &stop, stdout()).await? {
                Some(tally) => tally.failed > 0,
                None => return Ok(ExitCode::from(INTERRUPTED)),
            }
        }
        Action::Alert { faults: AlertArgument::Help, .. } => {
            print!("{}", Fault::list());
            false
        }
        Action::Alert { faults: AlertArgument::Faults(faults), timeout } => {
            let names: Vec<&str> = faults.iter().map(|fault| fault.name()).collect();
            let _lock = lock(&format!("make alert FAULT={}", names.join(",")))?;
            let print = Arc::new(|line: &str| println!("{line}"));
            match alert::run(&clients, &faults, Duration::from_secs(timeout), stop, print).await {
                Err(interrupted @ AlertError::Interrupted) => {
                    eprintln!("{interrupted}");
                    return Ok(ExitCode::from(INTERRUPTED));
                }
                outcome => outcome?.failed > 0,
            }
        }
        Action::Outage { seconds } => {
            let _lock = lock("lab outage")?;
            match outage::run(&clients, Duration::from_secs(seconds), &stop, stdout()).await? {
                Some(tally) => tally.failed > 0,
                None => return Ok(ExitCode::from(INTERRUPTED)),
            }
        }
        Action::Render(settings) => {
            render::run(&clients, &settings, |name| std::env::var(name).ok()).await?;
            false
        }
        Action::Mail { settings, quick } => {
            let setting = |name: &str| std::env::var(name).ok();
            let checked = render::settings::check(&clients.settings, &settings, setting);
            let (smtp, _) = checked.map_err(RenderError::Settings)?;
            if quick { !mail::warn(&smtp).await } else { !mail::test(&smtp).await }
        }
        Action::Addresses { grafana_url } => {
            // `render` has checked the settings.
            let setting = |name: &str| std::env::var(name).ok();
            let published =
                Published::new(clients.settings.tutorial, &grafana_url, setting, &mut Refusals::default());
            print!("{}", addresses::list(&clients, &published).await);
            false
        }
        Action::Restore => match lock("make up") {
            Ok(_lock) => {
                for fault in leftovers::clear(&clients).await? {
                    println!("cleared {fault}, left by an earlier run");
                }
                false
            }
            Err(LockError::Held { holder }) => {
                println!("`{holder}` is running in this lab and clears its fault itself");
                false
            }
            Err(error) => return Err(error.into()),
        },
        Action::MetricSchema => {
            print!("{}", check::metrics::live(&clients).await?);
            false
        }
    };
    Ok(ExitCode::from(u8::from(failed)))
}
