//! A server's certificate, in words.

use std::{fmt, net::IpAddr};

use x509_parser::{
    extensions::GeneralName,
    prelude::{ASN1Time, FromDer, X509Certificate},
};

const SECONDS_PER_DAY: i64 = 86_400;

/// What people compare of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The hosts that it is for.
    names: Vec<String>,
    subject: String,
    issuer: String,
    /// Its end, as `YYYY-MM-DD`, and in seconds from now.
    expires: String,
    remaining_seconds: i64,
    is_valid_now: bool,
}

impl Certificate {
    /// Reads a certificate in DER; `None` if it is malformed.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let alternatives = certificate.subject_alternative_name().ok().flatten();
        let names = alternatives.map(|names| names.value.general_names.iter().filter_map(host).collect());
        let end = certificate.validity().not_after;
        let date = end.to_datetime();
        Some(Self {
            names: names.unwrap_or_default(),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            expires: format!("{}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()),
            remaining_seconds: end.timestamp() - ASN1Time::now().timestamp(),
            is_valid_now: certificate.validity().is_valid(),
        })
    }

    /// Whether it is its own issuer.
    pub(super) fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether it has begun and not ended.
    pub(super) fn is_valid_now(&self) -> bool {
        self.is_valid_now
    }

    /// Whether it has ended.
    pub(super) fn has_expired(&self) -> bool {
        self.remaining_seconds < 0
    }
}

fn host(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from))
                .ok()
                .map(|address| address.to_string())
        }
        _ => None,
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = if self.names.is_empty() { "no host".to_owned() } else { self.names.join(", ") };
        let issuer = if self.is_self_signed() { "itself" } else { &self.issuer };
        let days = self.remaining_seconds.abs() / SECONDS_PER_DAY;
        let when = if self.has_expired() { format!("{days} days ago") } else { format!("in {days} days") };
        let verb = if self.has_expired() { "expired" } else { "expires" };
        write!(f, "for {names}, from {issuer}, {verb} {when}, on {}", self.expires)
    }
}
