//! TLS to the mail server. The certificate is recorded even if it is refused, so that the reason can be explained.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, ProtocolVersion, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{certificate::Certificate, connection::Connection, error::Problem};
use crate::render::smtp::Smtp;

/// Timeout for the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// An established session.
pub(super) struct Session {
    /// Such as `TLS 1.3`.
    pub(super) version: &'static str,
    pub(super) certificate: Certificate,
}

/// Encrypts the connection, and checks the server's certificate as Alertmanager does: with the CA file alone, if there is
/// one, or else with Mozilla's list of CAs.
pub(super) async fn secure(connection: Connection, smtp: &Smtp) -> Result<(Connection, Session), Problem> {
    let tls = |error: &dyn ToString| Problem::Tls(error.to_string());
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Verifier::new(&smtp.ca, &provider).map_err(|error| tls(&error))?);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(smtp.host.clone()).map_err(|error| tls(&error))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, connection.into_stream());
    let stream = match timeout(HANDSHAKE_TIMEOUT, handshake).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(explain(error, verifier.recorded())),
        Err(_) => return Err(Problem::TimedOut { step: "the TLS handshake", timeout: HANDSHAKE_TIMEOUT }),
    };
    let version = match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS of an unknown version",
    };
    let certificate =
        verifier.recorded().ok_or_else(|| Problem::Tls("the certificate is malformed".into()))?;
    Ok((Connection::new(stream), Session { version, certificate }))
}

/// The problem behind a failed handshake.
fn explain(error: io::Error, certificate: Option<Certificate>) -> Problem {
    let error = match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Problem::Closed,
        Err(error) => return Problem::Broken(error),
    };
    match (error, certificate) {
        (Error::InvalidMessage(_), None) => Problem::PlainText,
        (Error::InvalidCertificate(reason), Some(certificate)) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Problem::Expired(certificate)
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Problem::NotYetValid(certificate)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Problem::WrongHost(certificate)
            }
            _ if certificate.is_self_signed() => Problem::SelfSigned(certificate),
            // A CA of the same name has another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Problem::UnknownCa(certificate)
            }
            other => Problem::Tls(format!("{other:?}; {certificate}")),
        },
        (other, _) => Problem::Tls(other.to_string()),
    }
}

/// Checks a certificate, and records it.
#[derive(Debug)]
struct Verifier {
    webpki: Arc<WebPkiServerVerifier>,
    /// The certificates of the CA file.
    own: Vec<CertificateDer<'static>>,
    recorded: Mutex<Option<Certificate>>,
}

impl Verifier {
    /// `ca` is the content of the CA file, empty without one.
    fn new(ca: &str, provider: &Arc<CryptoProvider>) -> Result<Self, Box<dyn std::error::Error>> {
        let mut roots = RootCertStore::empty();
        let own = CertificateDer::pem_slice_iter(ca.as_bytes()).collect::<Result<Vec<_>, _>>()?;
        if own.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        for certificate in &own {
            roots.add(certificate.clone())?;
        }
        let webpki =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?;
        Ok(Self { webpki, own, recorded: Mutex::default() })
    }

    fn recorded(&self) -> Option<Certificate> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = Certificate::parse(end_entity);
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = certificate.clone();
        // Go trusts a certificate that is itself in the CA file. webpki accepts only what a CA has signed.
        if let Some(certificate) = certificate.filter(|_| self.own.iter().any(|own| own == end_entity)) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return match certificate.is_valid_now() {
                true => Ok(ServerCertVerified::assertion()),
                false if certificate.has_expired() => Err(CertificateError::Expired.into()),
                false => Err(CertificateError::NotValidYet.into()),
            };
        }
        self.webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}
