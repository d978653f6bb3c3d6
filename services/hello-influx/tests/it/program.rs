//! The program itself, from its start to a signal.

use testkit::influx::Influx;
use testkit::{Program, eventually_some};

use crate::support::{PATIENCE, command};

/// Starts it with these variables, on a free port.
fn start(variables: &[(&str, &str)]) -> Program {
    Program::start(command(variables).env("PORT", "0"))
}

#[tokio::test]
async fn sigterm_pushes_what_was_counted_last_and_ends_it_well() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let variables = [("INFLUX_URL", &*database.url("")), ("INFLUX_DB", "other"), ("HOST_TAG", "a")];
    let mut program = start(&variables);
    let hello = program.url("--port", "/").await;
    assert_eq!(program.logged("pushing to InfluxDB").await["database"], "other");
    for _ in 0..3 {
        let reply = reqwest::get(&hello).await.expect("a reply");
        assert_eq!(reply.text().await.expect("a body"), "Hello World!");
    }
    let status = program.terminate().await;
    assert!(status.success(), "{status}");
    let last = eventually_some(PATIENCE, async || {
        influx.points().into_iter().rfind(|point| point.series.starts_with("count_request.count,host=a,"))
    });
    assert_eq!(last.await.field("value"), "3i");
}

#[tokio::test]
async fn without_an_address_it_says_that_nothing_is_pushed() {
    let program = start(&[("INFLUX_URL", "")]);
    program.logged("no --influx-url: nothing is pushed").await;
    let reply = reqwest::get(program.url("--port", "/healthz").await).await.expect("a reply");
    assert!(reply.status().is_success());
}
