//! Passwords and tokens, from a setting or a file.

use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;
use std::{fmt, io};

use thiserror::Error;

/// Maximum size in bytes of a file with a secret, so that a wrong path, such as a device, does not fill the memory.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// A password or token, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why the content of a file is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidSecret {
    /// It contains only white space.
    #[error("is empty")]
    Empty,
    /// It is not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// It is longer than 64 KiB.
    #[error("is longer than 64 KiB")]
    TooLong,
}

/// Why a secret cannot be read. The message starts with the flag, and does not contain the secret.
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
    /// The file does not contain a secret.
    #[error("--{flag}-file: {file} {reason}")]
    Content {
        /// The flag of the value.
        flag: &'static str,
        /// Path of the file.
        file: String,
        /// Why.
        reason: InvalidSecret,
    },
}

impl Secret {
    /// The secret of a file with this content: without the line breaks at its end, which editors add.
    ///
    /// # Errors
    ///
    /// If the content has only white space, is not UTF-8, or is longer than 64 KiB.
    pub fn from_content(content: &[u8]) -> Result<Self, InvalidSecret> {
        if content.len() as u64 > MAX_FILE_BYTES {
            return Err(InvalidSecret::TooLong);
        }
        let text = str::from_utf8(content).map_err(|_| InvalidSecret::NotUtf8)?;
        if text.trim().is_empty() {
            return Err(InvalidSecret::Empty);
        }
        Ok(Self(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// The secret of the flags `--FLAG` and `--FLAG-file`: the value, or the file's secret. A value of white space only and an
    /// empty path count as not set.
    ///
    /// # Errors
    ///
    /// If both are set, or the file cannot be read or does not contain a secret.
    pub fn from_settings(
        flag: &'static str,
        value: Option<&Self>,
        file: Option<&Path>,
    ) -> Result<Option<Self>, SecretError> {
        let value = value.filter(|value| !value.0.trim().is_empty());
        let Some(path) = file.filter(|file| !file.as_os_str().is_empty()) else { return Ok(value.cloned()) };
        if value.is_some() {
            return Err(SecretError::Both(flag));
        }
        let file = path.display().to_string();
        match read(path) {
            Ok(content) => match Self::from_content(&content) {
                Ok(secret) => Ok(Some(secret)),
                Err(reason) => Err(SecretError::Content { flag, file, reason }),
            },
            Err(source) => Err(SecretError::Read { flag, file, source }),
        }
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Reads at most one byte more than a secret may have.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut content)?;
    Ok(content)
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn secret(text: &str) -> Secret {
        text.parse().expect("infallible")
    }

    #[test]
    fn a_files_content_is_used_without_the_line_breaks_at_its_end() {
        for (content, expected) in [
            ("s3cret", "s3cret"),
            ("s3cret\n", "s3cret"),
            ("s3cret\r\n", "s3cret"),
            (" s3 cret \n\n", " s3 cret "),
        ] {
            assert_eq!(Secret::from_content(content.as_bytes()), Ok(secret(expected)), "{content:?}");
        }
    }

    #[test]
    fn content_that_is_not_a_secret_is_refused() {
        for (content, expected) in [
            (&b""[..], InvalidSecret::Empty),
            (b"\n", InvalidSecret::Empty),
            (b" \t\r\n", InvalidSecret::Empty),
            (b"s3cret\xff", InvalidSecret::NotUtf8),
            (b"\xff\xfes\x003\x00", InvalidSecret::NotUtf8),
            (&[b'a'; (64 << 10) + 1], InvalidSecret::TooLong),
        ] {
            assert_eq!(Secret::from_content(content), Err(expected));
        }
    }

    #[test]
    fn a_value_and_a_file_are_alternatives_of_which_an_empty_one_counts_as_not_set() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(&file, "from a file\n").expect("written");
        let (value, empty) = (secret("a value"), secret(" "));
        let read =
            |value, file| Secret::from_settings("token", value, file).map_err(|error| error.to_string());
        for unset in [None, Some(Path::new(""))] {
            assert_eq!(read(Some(&value), unset), Ok(Some(value.clone())));
            assert_eq!(read(Some(&empty), unset), Ok(None));
            assert_eq!(read(None, unset), Ok(None));
        }
        for unset in [None, Some(&empty)] {
            assert_eq!(read(unset, Some(file.path())), Ok(Some(secret("from a file"))));
        }
        assert_eq!(
            read(Some(&value), Some(file.path())),
            Err("--token and --token-file are both set".into())
        );
    }

    #[test]
    fn errors_name_the_flag_and_the_file_and_not_the_content() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(&file, b"s3cret\xff").expect("written");
        let name = file.path().display();
        let folder = tempfile::tempdir().expect("a folder");
        for (path, expected) in [
            (Path::new("/nowhere"), "--token-file: cannot read /nowhere".to_owned()),
            (Path::new("/dev/null"), "--token-file: /dev/null is empty".to_owned()),
            (Path::new("/dev/zero"), "--token-file: /dev/zero is longer than 64 KiB".to_owned()),
            (file.path(), format!("--token-file: {name} is not UTF-8")),
            (folder.path(), format!("--token-file: cannot read {}", folder.path().display())),
        ] {
            let error = Secret::from_settings("token", None, Some(path)).expect_err(&expected);
            assert_eq!(error.to_string(), expected);
            assert!(!format!("{error:?}").contains("s3cret"));
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Some(secret("s3cret"))), "Some(***)");
    }
}
