//! Certificates for tests.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};

/// A certificate authority.
#[derive(Debug)]
pub struct Ca(CertifiedIssuer<'static, KeyPair>);

/// Paths of a certificate and its key in PEM form.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The certificate.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Ca {
    /// A new authority, which nobody else trusts.
    ///
    /// # Panics
    /// If no key can be generated.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("valid");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed"))
    }

    /// Its certificate in PEM form.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Writes its certificate to `folder/name.pem`.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(format!("{name}.pem"));
        fs::write(&path, self.pem()).expect("written");
        path
    }

    /// Writes a new certificate for `localhost` and 127.0.0.1, signed by this authority, to `folder/name.pem` and
    /// `folder/name-key.pem`.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn issue(&self, folder: &Path, name: &str) -> CertificateFiles {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name, &LOCAL).signed_by(&key, &self.0).expect("signed");
        CertificateFiles::write(folder, name, &certificate, &key)
    }

    /// As [`Ca::issue`], for another host.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn issue_for(&self, host: &str, folder: &Path, name: &str) -> CertificateFiles {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name, &[host]).signed_by(&key, &self.0).expect("signed");
        CertificateFiles::write(folder, name, &certificate, &key)
    }

    /// As [`Ca::issue`], for the year 2001.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn issue_expired(&self, folder: &Path, name: &str) -> CertificateFiles {
        let key = KeyPair::generate().expect("a key");
        let mut params = params(name, &LOCAL);
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2001, 12, 31));
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        CertificateFiles::write(folder, name, &certificate, &key)
    }
}

/// The names of this machine.
const LOCAL: [&str; 2] = ["localhost", "127.0.0.1"];

fn params(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("valid");
    // OpenSSL takes a certificate for self-signed if its subject is its issuer's.
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl CertificateFiles {
    /// Writes a new certificate for `localhost` and 127.0.0.1 that signs itself.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn self_signed(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name, &LOCAL).self_signed(&key).expect("signed");
        Self::write(folder, name, &certificate, &key)
    }

    fn write(folder: &Path, name: &str, certificate: &Certificate, key: &KeyPair) -> Self {
        let (cert, key_path) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}-key.pem")));
        fs::write(&cert, certificate.pem()).expect("written");
        fs::write(&key_path, key.serialize_pem()).expect("written");
        Self { cert, key: key_path }
    }
}

impl Default for Ca {
    fn default() -> Self {
        Self::new()
    }
}
