//! Command-line flags and environment variables. The servers are configured in a file.

use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use clap::Args;
use kit::settings::{duration, port};
use thiserror::Error;

/// The program's settings.
#[derive(Clone, Args)]
pub struct Settings {
    /// Configuration file; reloaded on SIGHUP
    #[arg(long, env = "CONFIG", value_name = "FILE", default_value = "/etc/tcp-balancer/balancer.toml")]
    pub config: PathBuf,
    /// Port for REST, /metrics and /healthz; 0 picks a free port
    #[arg(long, env = "REST_PORT", value_name = "PORT", default_value = "8888", value_parser = port)]
    pub rest_port: u16,
    /// Token required for changes over REST (Authorization: Bearer TOKEN); without one, REST is read-only
    #[arg(long, env = "BALANCER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// File that contains the token, instead of --token
    #[arg(long, env = "BALANCER_TOKEN_FILE", value_name = "FILE", conflicts_with = "token")]
    pub token_file: Option<PathBuf>,
    /// How long connections may stay open after SIGTERM, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
}

/// Why the token file was rejected.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("--token-file: cannot read {file}")]
    Read {
        /// Path of the file.
        file: String,
        /// The I/O error.
        source: io::Error,
    },
    /// The file contains only white space.
    #[error("--token-file: {0} is empty")]
    Empty(String),
}

impl Settings {
    /// The token, read from its file if one is set. An empty variable counts as not set.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is empty.
    pub fn token(&self) -> Result<Option<String>, TokenError> {
        let Some(file) = self.token_file.as_ref().filter(|file| !file.as_os_str().is_empty()) else {
            return Ok(self.token.clone().filter(|token| !token.is_empty()));
        };
        let name = file.display().to_string();
        let text =
            fs::read_to_string(file).map_err(|source| TokenError::Read { file: name.clone(), source })?;
        match text.trim() {
            "" => Err(TokenError::Empty(name)),
            token => Ok(Some(token.to_owned())),
        }
    }
}
