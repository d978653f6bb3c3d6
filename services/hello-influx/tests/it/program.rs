//! The program, from its start to SIGTERM.

use testkit::influx::Influx;
use testkit::{Program, eventually_some};

use crate::support::{TIMEOUT, command};

/// Starts the program with these variables on a free port.
fn start(variables: &[(&str, &str)]) -> Program {
    Program::start(command(variables).env("PORT", "0"))
}

#[tokio::test]
async fn pushes_the_final_values_on_sigterm_and_exits_with_0() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let variables = [("INFLUX_URL", &*database.url("")), ("INFLUX_DB", "other"), ("HOST_TAG", "a")];
    let mut program = start(&variables);
    let hello = program.url("--port", "/").await;
    assert_eq!(program.logged("pushing to InfluxDB").await["database"], "other");
    for _ in 0..3 {
        let response = reqwest::get(&hello).await.expect("a response");
        assert_eq!(response.text().await.expect("a body"), "Hello World!");
    }
    let status = program.terminate().await;
    assert!(status.success(), "{status}");
    let last = eventually_some(TIMEOUT, async || {
        influx.points().into_iter().rfind(|point| point.series.starts_with("count_request.count,host=a,"))
    });
    assert_eq!(last.await.field("value"), "3i");
}

#[tokio::test]
async fn logs_that_nothing_is_pushed_without_an_address() {
    let program = start(&[("INFLUX_URL", "")]);
    program.logged("no --influx-url: nothing is pushed").await;
    let response = reqwest::get(program.url("--port", "/healthz").await).await.expect("a response");
    assert!(response.status().is_success());
}
