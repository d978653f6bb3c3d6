//! TLS and authentication of both ports.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use clap::Args;
use kit::security::{
    BearerToken, ClientAuth, Files, Reloaded, SecurityError, SecurityMetrics, TlsConfig, TlsFiles,
    TlsListener, Web, WebConfig, require_basic_auth,
};
use kit::server::Listener;
use kit::shutdown::CancellationToken;
use prometheus::Registry;
use tokio::net::TcpListener;
use tonic::Status;

use crate::Error;

/// Files for TLS and authentication. An empty path is none.
#[derive(Debug, Clone, Args)]
pub struct SecuritySettings {
    /// Certificate of the gRPC port in PEM form, which turns TLS on; read again when it changes
    #[arg(long, env = "SINK_GRPC_TLS_CERT", value_name = "FILE", default_value = "", value_parser = path)]
    pub grpc_tls_cert: PathBuf,
    /// Private key of the certificate
    #[arg(long, env = "SINK_GRPC_TLS_KEY", value_name = "FILE", default_value = "", value_parser = path)]
    pub grpc_tls_key: PathBuf,
    /// CAs of the Envoys' certificates, which Envoys need then
    #[arg(long, env = "SINK_GRPC_TLS_CLIENT_CA", value_name = "FILE", default_value = "", value_parser = path)]
    pub grpc_tls_client_ca: PathBuf,
    /// Token that Envoys send as authorization: Bearer TOKEN; read again when it changes
    #[arg(long, env = "SINK_GRPC_TOKEN_FILE", value_name = "FILE", default_value = "", value_parser = path)]
    pub grpc_token_file: PathBuf,
    /// TLS, users and headers of the HTTP port, in the format of Prometheus' web-config files
    #[arg(long, env = "SINK_WEB_CONFIG", value_name = "FILE", default_value = "", value_parser = path)]
    pub web_config: PathBuf,
}

/// What is in use.
#[derive(Debug, Default)]
pub(crate) struct Security {
    grpc_tls: Option<Arc<Reloaded<TlsConfig>>>,
    grpc_token: Option<Arc<Reloaded<BearerToken>>>,
    web: Option<Arc<Reloaded<Web>>>,
}

/// Parses a path, which may be empty.
#[allow(clippy::unnecessary_wraps, reason = "a parser of clap returns a result")]
pub(crate) fn path(value: &str) -> Result<PathBuf, Infallible> {
    Ok(value.into())
}

fn given(path: &Path) -> Option<PathBuf> {
    Some(path).filter(|path| !path.as_os_str().is_empty()).map(Path::to_owned)
}

impl SecuritySettings {
    /// Whether the HTTP port has TLS.
    ///
    /// # Errors
    ///
    /// If the web-config file is unusable.
    pub fn has_https(&self) -> Result<bool, SecurityError> {
        let Some(path) = given(&self.web_config) else { return Ok(false) };
        Ok(WebConfig::new(path).load(&mut Files::default())?.tls.is_some())
    }

    fn grpc_tls(&self) -> Result<Option<TlsFiles>, Error> {
        let client_auth = given(&self.grpc_tls_client_ca).map_or(ClientAuth::None, ClientAuth::Required);
        match (given(&self.grpc_tls_cert), given(&self.grpc_tls_key), client_auth) {
            (Some(cert), Some(key), client_auth) => Ok(Some(TlsFiles::new(cert, key, client_auth))),
            (None, None, ClientAuth::None) => Ok(None),
            _ => Err(Error::IncompleteTls),
        }
    }
}

impl Security {
    /// Reads the files. Registers metrics if there are any.
    pub(crate) fn load(settings: &SecuritySettings, registry: &Registry) -> Result<Self, Error> {
        let tls = settings.grpc_tls()?;
        let (token, web) = (given(&settings.grpc_token_file), given(&settings.web_config));
        if tls.is_none() && token.is_none() && web.is_none() {
            return Ok(Self::default());
        }
        if token.is_some() && tls.is_none() {
            tracing::warn!(
                "SINK_GRPC_TOKEN_FILE without SINK_GRPC_TLS_CERT: Envoys send the token in plain text"
            );
        }
        let [grpc_metrics, http_metrics] = SecurityMetrics::register(registry, ["grpc", "http"])?;
        let grpc_tls = tls.map(|tls| Reloaded::load(grpc_metrics.clone(), move |files| tls.load(files)));
        let grpc_token =
            token.map(|path| Reloaded::load(grpc_metrics, move |files| BearerToken::load(files, &path)));
        let web = web.map(|path| {
            let config = WebConfig::new(path);
            Reloaded::load(http_metrics, move |files| config.load(files))
        });
        Ok(Self {
            grpc_tls: grpc_tls.transpose()?.map(Arc::new),
            grpc_token: grpc_token.transpose()?.map(Arc::new),
            web: web.transpose()?.map(Arc::new),
        })
    }

    pub(crate) fn grpc_listener(&self, tcp: TcpListener) -> Listener {
        let tls = self.grpc_tls.as_ref();
        Listener::with_tls(tcp, tls.and_then(|tls| TlsListener::new(tls, |config| Some(Arc::clone(config)))))
    }

    pub(crate) fn http_listener(&self, tcp: TcpListener) -> Listener {
        let web = self.web.as_ref();
        Listener::with_tls(tcp, web.and_then(|web| TlsListener::new(web, |web| web.tls.clone())))
    }

    /// The metrics service, with the token.
    pub(crate) fn protect_grpc(&self, router: Router) -> Router {
        match &self.grpc_token {
            Some(token) => router.layer(from_fn_with_state(Arc::clone(token), require_token)),
            None => router,
        }
    }

    /// The HTTP port, with users and headers.
    pub(crate) fn protect_http(&self, router: Router) -> Router {
        match &self.web {
            Some(web) => router.layer(from_fn_with_state(Arc::clone(web), require_basic_auth)),
            None => router,
        }
    }

    /// Reads the files when they change, until `shutdown` is cancelled.
    pub(crate) async fn keep(&self, shutdown: &CancellationToken) {
        tokio::join!(
            keep(self.grpc_tls.as_deref(), shutdown),
            keep(self.grpc_token.as_deref(), shutdown),
            keep(self.web.as_deref(), shutdown),
        );
    }
}

async fn keep<T>(reloaded: Option<&Reloaded<T>>, shutdown: &CancellationToken) {
    if let Some(reloaded) = reloaded {
        reloaded.keep(shutdown.clone()).await;
    }
}

async fn require_token(
    State(token): State<Arc<Reloaded<BearerToken>>>,
    request: Request,
    next: Next,
) -> Response {
    if token.get().authenticates(request.headers()) {
        return next.run(request).await;
    }
    token.metrics().refuse_request("a stream without the token of SINK_GRPC_TOKEN_FILE");
    Status::unauthenticated("the metadata authorization must be Bearer and the sink's token").into_http()
}
