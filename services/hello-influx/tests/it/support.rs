//! The server on a free port, and its program.

use std::time::Duration;

use hello_influx::{Access, Error, Points, Settings};
use testkit::Running;
use tokio::process::Command;

pub(crate) type Server = Running<Result<(), Error>>;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// The program with only these environment variables.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_hello-influx"), variables)
}

/// Starts a server that pushes to this address; to none if it is empty.
pub(crate) async fn start(influx_url: &str) -> Server {
    let settings = Settings {
        influx_url: influx_url.to_owned(),
        influx_db: "metric".to_owned(),
        influx_retention: Duration::from_secs(7 * 24 * 3600),
        access: Access::default(),
        points: Points::default(),
        host_tag: "here".to_owned(),
        shutdown_grace: TIMEOUT,
        http: kit::server::HttpSettings::default(),
    };
    testkit::start(|listener, shutdown| hello_influx::run(listener, settings, shutdown)).await
}

/// Status, content type and body of a response.
pub(crate) async fn get(server: &Server, path: &str) -> (u16, String, String) {
    let response = reqwest::get(server.url(path)).await.expect("a response");
    let status = response.status().as_u16();
    let content_type = response.headers()["content-type"].to_str().expect("ASCII").to_owned();
    (status, content_type, response.text().await.expect("a body"))
}
