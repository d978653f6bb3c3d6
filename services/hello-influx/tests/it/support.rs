//! A server on a free port.

use std::time::Duration;

use hello_influx::{Config, Error};
use testkit::Running;
use tokio::process::Command;

pub(crate) type Server = Running<Result<(), Error>>;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The program with these variables and no other settings.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_hello-influx"), variables)
}

/// One that pushes to this address, or to none.
pub(crate) async fn start(influx_url: &str) -> Server {
    let config = Config {
        influx_url: influx_url.to_owned(),
        influx_db: "metric".to_owned(),
        influx_retention: Duration::from_secs(7 * 24 * 3600),
        host_tag: "here".to_owned(),
        shutdown_grace: PATIENCE,
    };
    testkit::start(|listener, shutdown| hello_influx::run(listener, config, shutdown)).await
}

pub(crate) async fn get(server: &Server, path: &str) -> (u16, String, String) {
    let response = reqwest::get(server.url(path)).await.expect("a reply");
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().expect("ASCII").to_owned();
    (status, kind, response.text().await.expect("a body"))
}
