//! Command-line flags and environment variables. The servers are configured in a file.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use kit::secret::{Secret, SecretError};
use kit::server::HttpSettings;
use kit::settings::{duration, port};

/// The program's settings.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Configuration file; reloaded on SIGHUP
    #[arg(long, env = "CONFIG", value_name = "FILE", default_value = "/etc/tcp-balancer/balancer.toml")]
    pub config: PathBuf,
    /// Port for REST, /metrics and /healthz; 0 picks a free port
    #[arg(long, env = "REST_PORT", value_name = "PORT", default_value = "8888", value_parser = port)]
    pub rest_port: u16,
    /// Token required for changes over REST (Authorization: Bearer TOKEN); without one, REST is read-only
    #[arg(long, env = "BALANCER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<Secret>,
    /// File that contains the token, instead of --token
    #[arg(long, env = "BALANCER_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// How long connections may stay open after SIGTERM, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Settings of REST and /metrics.
    #[command(flatten)]
    pub http: HttpSettings,
}

impl Settings {
    /// The token, read from its file if one is set, without white space around it: a header cannot have any there.
    ///
    /// # Errors
    ///
    /// If both are set, or the file cannot be read or does not contain a token.
    pub fn token(&self) -> Result<Option<String>, SecretError> {
        let token = Secret::from_settings("token", self.token.as_ref(), self.token_file.as_deref())?;
        Ok(token.map(|token| token.expose().trim().to_owned()))
    }
}
