//! What REST changes.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use kit::problem::Problem;

use super::view::Pretty;
use super::{Rest, no_server};
use crate::config::{Server, Target};

/// `null`, as gobetween answers a change.
type Done = Result<Pretty<()>, Problem>;

/// `POST /servers/:name`.
pub(super) async fn add(
    State(rest): State<Rest>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Done {
    rest.allow(&headers)?;
    let config = serde_json::from_slice::<Server>(&body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let added = rest.balancer.add(name, config).await;
    added.map_err(|error| Problem::new(StatusCode::CONFLICT, format!("{:#}", anyhow::Error::from(error))))?;
    Ok(Pretty(()))
}

/// `DELETE /servers/:name`.
pub(super) async fn remove(State(rest): State<Rest>, Path(name): Path<String>, headers: HeaderMap) -> Done {
    rest.allow(&headers)?;
    if rest.balancer.remove(&name).await { Ok(Pretty(())) } else { Err(no_server(&name)) }
}

/// `POST /servers/:name/backends/:host/:port/drain`: no new connections.
pub(super) async fn drain(State(rest): State<Rest>, Path(path): Path<Drain>, headers: HeaderMap) -> Done {
    rest.allow(&headers)?;
    rest.set_draining(path, true)
}

/// `DELETE /servers/:name/backends/:host/:port/drain`: new connections again.
pub(super) async fn undrain(State(rest): State<Rest>, Path(path): Path<Drain>, headers: HeaderMap) -> Done {
    rest.allow(&headers)?;
    rest.set_draining(path, false)
}

/// Name of the server, host and port of the back end.
type Drain = (String, String, u16);

impl Rest {
    fn set_draining(&self, (name, host, port): Drain, draining: bool) -> Done {
        let server = self.balancer.get(&name).ok_or_else(|| no_server(&name))?;
        let target = Target { host, port };
        let none = || Problem::new(StatusCode::NOT_FOUND, format!("server {name} has no back end {target}"));
        server.pool.find(&target).ok_or_else(none)?.set_draining(draining);
        tracing::info!(server = name, backend = %target, draining, "drain");
        Ok(Pretty(()))
    }
}
