//! Credentials for InfluxDB.

use std::path::PathBuf;

use clap::Args;
use kit::secret::{Secret, SecretError};
use push_metrics::{Destination, DestinationError};
use thiserror::Error;

/// User, password and token. Each is a value or the path of a file that contains it.
#[derive(Clone, Debug, Default, Args)]
pub struct Access {
    /// User of InfluxDB, instead of one in the address
    #[arg(long, env = "INFLUX_USER", value_name = "NAME")]
    pub influx_user: Option<Secret>,
    /// File that contains the user's name
    #[arg(long, env = "INFLUX_USER_FILE", value_name = "FILE")]
    pub influx_user_file: Option<PathBuf>,
    /// Password of the user
    #[arg(long, env = "INFLUX_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub influx_password: Option<Secret>,
    /// File that contains the password
    #[arg(long, env = "INFLUX_PASSWORD_FILE", value_name = "FILE")]
    pub influx_password_file: Option<PathBuf>,
    /// Token, instead of a user and password
    #[arg(long, env = "INFLUX_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub influx_token: Option<Secret>,
    /// File that contains the token
    #[arg(long, env = "INFLUX_TOKEN_FILE", value_name = "FILE")]
    pub influx_token_file: Option<PathBuf>,
}

/// Why the credentials are invalid. No message contains a secret.
#[derive(Debug, Error)]
pub enum AccessError {
    /// A file cannot be read, or a value and a file are set.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There is more than one kind of credentials.
    #[error("{0} are both set: expected one kind of credentials")]
    Two(&'static str),
    /// A credential without the one that belongs to it.
    #[error("{0}")]
    Missing(&'static str),
    /// An HTTP header cannot contain the token.
    #[error("--influx-token")]
    Token(#[source] DestinationError),
}

impl Access {
    /// The token, if there is one and no user.
    pub(crate) fn token(&self) -> Result<Option<Secret>, AccessError> {
        let (value, file) = (self.influx_token.as_ref(), self.influx_token_file.as_deref());
        let token = Secret::from_settings("influx-token", value, file)?;
        if token.is_some() && self.user()?.is_some() {
            return Err(AccessError::Two("--influx-user and --influx-token"));
        }
        Ok(token)
    }

    /// Name and password, if there is a user.
    fn user(&self) -> Result<Option<(Secret, Option<Secret>)>, AccessError> {
        let (value, file) = (self.influx_user.as_ref(), self.influx_user_file.as_deref());
        let name = Secret::from_settings("influx-user", value, file)?;
        let (value, file) = (self.influx_password.as_ref(), self.influx_password_file.as_deref());
        let password = Secret::from_settings("influx-password", value, file)?;
        match (name, password) {
            (Some(name), password) => Ok(Some((name, password))),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(AccessError::Missing("--influx-password needs --influx-user")),
        }
    }

    /// Adds the credentials to a destination.
    ///
    /// # Errors
    ///
    /// If they are incomplete, of two kinds, or cannot be read.
    pub(crate) fn add_to(&self, destination: Destination) -> Result<Destination, AccessError> {
        let (token, user) = (self.token()?, self.user()?);
        if destination.has_credentials() && (token.is_some() || user.is_some()) {
            return Err(AccessError::Two("credentials in --influx-url and by a setting of their own"));
        }
        match (token, user) {
            (Some(token), _) => destination.token(token.expose()).map_err(AccessError::Token),
            (None, Some((name, password))) => {
                Ok(destination.user(name.expose(), password.as_ref().map_or("", Secret::expose)))
            }
            (None, None) => Ok(destination),
        }
    }
}
