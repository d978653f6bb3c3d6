//! Certificate, key and client CA of a TLS server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::{Files, SecurityError};

/// The PEM files of a TLS server.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The server's certificate, followed by intermediate ones.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Verification of clients.
    pub client_auth: ClientAuth,
    /// The oldest accepted version.
    pub min_version: TlsVersion,
    /// The newest accepted version.
    pub max_version: TlsVersion,
    /// Offers HTTP/2 in the handshake.
    pub http2: bool,
}

/// Verification of clients' certificates by the CAs in a PEM file.
#[derive(Debug, Clone)]
pub enum ClientAuth {
    /// Clients need no certificate.
    None,
    /// A certificate is verified if the client has one.
    Optional(PathBuf),
    /// Clients need a certificate.
    Required(PathBuf),
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2
    Tls12,
    /// TLS 1.3
    Tls13,
}

/// What a handshake needs.
pub type TlsConfig = Arc<ServerConfig>;

impl TlsFiles {
    /// A server with this certificate and key, and with HTTP/2.
    #[must_use]
    pub fn new(cert: PathBuf, key: PathBuf, client_auth: ClientAuth) -> Self {
        let (min_version, max_version) = (TlsVersion::Tls12, TlsVersion::Tls13);
        Self { cert, key, client_auth, min_version, max_version, http2: true }
    }

    /// Reads the files.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, has no certificate or key, or the key is not the certificate's.
    pub fn load(&self, files: &mut Files) -> Result<TlsConfig, SecurityError> {
        let certificates = certificates(files, &self.cert)?;
        let key = files.read(&self.key)?;
        let key = PrivateKeyDer::from_pem_slice(&key).map_err(|_| SecurityError::Content {
            path: self.key.clone(),
            expected: "a private key in PEM form",
        })?;
        let provider = Arc::new(default_provider());
        let versions: Vec<&SupportedProtocolVersion> =
            [(TlsVersion::Tls12, &rustls::version::TLS12), (TlsVersion::Tls13, &rustls::version::TLS13)]
                .into_iter()
                .filter(|(version, _)| (self.min_version..=self.max_version).contains(version))
                .map(|(_, version)| version)
                .collect();
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&versions)?;
        let builder = match &self.client_auth {
            ClientAuth::None => builder.with_no_client_auth(),
            ClientAuth::Optional(ca) | ClientAuth::Required(ca) => {
                let mut roots = RootCertStore::empty();
                for certificate in self::certificates(files, ca)? {
                    roots.add(certificate)?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let is_optional = matches!(self.client_auth, ClientAuth::Optional(_));
                let verifier = if is_optional { verifier.allow_unauthenticated() } else { verifier };
                builder.with_client_cert_verifier(verifier.build()?)
            }
        };
        let mut config = builder.with_single_cert(certificates, key)?;
        let protocols: &[&[u8]] = if self.http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }
}

fn certificates(files: &mut Files, path: &Path) -> Result<Vec<CertificateDer<'static>>, SecurityError> {
    let content = files.read(path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&content).collect();
    certificates.ok().filter(|certificates| !certificates.is_empty()).ok_or_else(|| SecurityError::Content {
        path: path.to_owned(),
        expected: "a certificate in PEM form",
    })
}
