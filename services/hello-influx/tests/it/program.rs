//! The program, from its start to SIGTERM.

use testkit::influx::{Influx, Reply};
use testkit::{Program, eventually, eventually_some};

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

#[tokio::test]
async fn credentials_from_the_address_a_variable_or_a_file_are_sent_and_not_logged() {
    let folder = std::env::temp_dir().join(format!("hello-influx-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("secret");
    std::fs::write(&file, "s3cret\n").expect("written");
    let file = file.to_str().expect("UTF-8");
    // base64 of me:s3cret
    let basic = "Basic bWU6czNjcmV0";
    for (in_address, variables, expected) in [
        ("me:s3cret@", vec![], basic),
        ("", vec![("INFLUX_USER", "me"), ("INFLUX_PASSWORD", "s3cret")], basic),
        ("", vec![("INFLUX_USER", "me"), ("INFLUX_PASSWORD", ""), ("INFLUX_PASSWORD_FILE", file)], basic),
        ("", vec![("INFLUX_TOKEN", "s3cret")], "Token s3cret"),
        ("", vec![("INFLUX_TOKEN_FILE", file)], "Token s3cret"),
    ] {
        let influx = Influx::healthy();
        let database = influx.listen().await;
        let url = format!("http://{in_address}{}", database.addr());
        let mut program = start(&[vec![("INFLUX_URL", url.as_str())], variables].concat());
        program.logged("pushing to InfluxDB").await;
        program.terminate().await;
        let write = influx.requests().into_iter().find(|request| request.path == "/write").expect("a write");
        assert_eq!(write.headers["authorization"], expected);
        let log = format!("{:?}", program.lines());
        assert!(!log.contains("s3cret"), "{log}");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[tokio::test]
async fn writes_with_the_parameters_names_and_timestamps_that_are_set() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let url = database.url("");
    let variables = [
        ("INFLUX_URL", url.as_str()),
        ("INFLUX_RP", "week"),
        ("INFLUX_CONSISTENCY", "quorum"),
        ("INFLUX_PRECISION", "ms"),
        ("INFLUX_MEASUREMENT", "app"),
        ("INFLUX_ALIGN", "true"),
        ("HOST_TAG", "a"),
    ];
    let mut program = start(&variables);
    program.logged("pushing to InfluxDB").await;
    program.terminate().await;
    let write = influx.requests().into_iter().find(|request| request.path == "/write").expect("a write");
    assert_eq!(write.query, "db=metric&rp=week&consistency=quorum&precision=ms");
    let points = influx.points();
    assert_eq!(points[0].series, "app,host=a,service=hello-influx");
    assert_eq!(points[0].field("count_request.count"), "0i");
    assert_eq!(points[0].timestamp % 1000, 0);
}

#[tokio::test]
async fn writes_to_a_bucket_of_influxdb_2() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let url = database.url("");
    let mut program = start(&[("INFLUX_URL", url.as_str()), ("INFLUX_ORG", "o"), ("INFLUX_TOKEN", "t")]);
    program.logged("pushing to InfluxDB").await;
    program.terminate().await;
    let requests = influx.requests();
    assert!(requests.iter().all(|request| request.path == "/api/v2/write"), "{requests:?}");
    assert_eq!(requests[0].query, "org=o&bucket=metric&precision=ns");
    assert_eq!(requests[0].headers["authorization"], "Token t");
}

#[tokio::test]
async fn warns_once_while_a_proxy_answers_in_place_of_influxdb() {
    let page = Reply::Respond(200, &[("content-type", "text/html")], "<html>Sign in</html>");
    let mut writes = 0;
    let influx = Influx::new(move |_| {
        writes += 1;
        if writes <= 4 { page } else { Reply::Accept }
    });
    let database = influx.listen().await;
    let program = start(&[("INFLUX_URL", &*database.url(""))]);
    eventually(TIMEOUT, async || !influx.points().is_empty()).await;
    program.logged("InfluxDB accepts points again").await;
    let warnings = program.log("InfluxDB does not accept points, queueing them");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["reason"], "200: <html>Sign in</html>");
}
