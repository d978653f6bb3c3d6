//! Secrets from a variable or a file.

use std::convert::Infallible;
use std::path::Path;
use std::str::FromStr;
use std::{fmt, fs, io};

use thiserror::Error;

/// A password or token, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(secret: &str) -> Result<Self, Infallible> {
        Ok(Self(secret.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// Why a secret cannot be read. The message starts with the flag.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Both the value and the file are set.
    #[error("--{0} and --{0}-file are both set")]
    Both(&'static str),
    /// The file cannot be read.
    #[error("--{flag}-file: cannot read {file}")]
    Read {
        /// The flag of the value.
        flag: &'static str,
        /// Path of the file.
        file: String,
        /// The I/O error.
        source: io::Error,
    },
    /// The file is empty.
    #[error("--{flag}-file: {file} is empty")]
    Empty {
        /// The flag of the value.
        flag: &'static str,
        /// Path of the file.
        file: String,
    },
}

/// The secret of the flags `--FLAG` and `--FLAG-file`: its value, or its file's content without line breaks at the end. An
/// empty value or path counts as not set.
///
/// # Errors
///
/// If both are set, or the file cannot be read or is empty.
pub(crate) fn read(
    flag: &'static str,
    value: Option<&Secret>,
    file: Option<&Path>,
) -> Result<Option<Secret>, SecretError> {
    let value = value.filter(|value| !value.0.is_empty());
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else { return Ok(value.cloned()) };
    if value.is_some() {
        return Err(SecretError::Both(flag));
    }
    let name = file.display().to_string();
    let text =
        fs::read_to_string(file).map_err(|source| SecretError::Read { flag, file: name.clone(), source })?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(SecretError::Empty { flag, file: name }),
        secret => Ok(Some(Secret(secret.to_owned()))),
    }
}
