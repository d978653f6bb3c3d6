//! Certificates for tests.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

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
        let mut params =
            CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned)).expect("valid");
        // OpenSSL takes a certificate for self-signed if its subject is its issuer's.
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        let files = CertificateFiles {
            cert: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}-key.pem")),
        };
        fs::write(&files.cert, certificate.pem()).expect("written");
        fs::write(&files.key, key.serialize_pem()).expect("written");
        files
    }
}

impl Default for Ca {
    fn default() -> Self {
        Self::new()
    }
}
