//! The parser of `--influx-url`, whose errors show no credentials.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use push_metrics::{Destination, DestinationError, redact};

/// Accepts an address of InfluxDB or an empty string.
#[derive(Clone)]
pub(super) struct AddressParser;

impl TypedValueParser for AddressParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let address = value.to_string_lossy();
        check(&address).map_err(|reason| {
            let flag = arg.map(ToString::to_string).unwrap_or_default();
            let message = format!("invalid value '{}' for '{flag}': {reason}\n", redact(&address));
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })?;
        Ok(address.into_owned())
    }
}

fn check(address: &str) -> Result<(), String> {
    if address.is_empty() {
        return Ok(());
    }
    Destination::v1(address, "any").map(drop).map_err(|error| match error {
        DestinationError::Url(_) => "expected an address such as http://127.0.0.1:8086".to_owned(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_requires_a_scheme_unless_it_is_empty() {
        for valid in ["", "http://influxdb:8086", "http://[::1]:8086/", "http://me:secret@influxdb"] {
            assert_eq!(check(valid), Ok(()));
        }
        for invalid in ["influxdb:8086", "influxdb", "ftp://influxdb", "http://influxdb/?db=other"] {
            assert!(check(invalid).is_err(), "{invalid}");
        }
    }
}
