//! The program: signals, logs and rejected settings.

use crate::support::peers::{Peer, round_trip};
use crate::support::program::{Process, command, file};
use crate::support::{NO_SERVERS, hello};

#[tokio::test]
async fn sighup_reloads_and_sigterm_drains() {
    let backend = Peer::echo().await;
    let mut process = Process::start(&hello(&[backend.addr], ""));
    let mut client = tokio::net::TcpStream::connect(process.balancer().await).await.expect("connected");
    round_trip(&mut client, b"one").await;
    process.write("[servers.hello]\nbond = 1\n");
    process.program.hang_up();
    let log = process.program.logged("reload failed, the previous configuration stays in effect").await;
    assert!(log["error"].as_str().expect("a text").contains(":2: unknown field `bond`"), "{log}");
    process.write(&hello(&[backend.addr], "balance = \"leastconn\""));
    process.program.hang_up();
    process.program.logged("configuration reloaded").await;
    assert_eq!(round_trip(&mut client, b"two").await, b"two");
    drop(client);
    let status = process.program.terminate().await;
    assert!(status.success(), "{status}");
    let stopped =
        process.program.line(|line| line["message"] == "stopped" && line["server"] == "hello").await;
    assert_eq!((&stopped["connections"], &stopped["rx"], &stopped["tx"]), (&1.into(), &6.into(), &6.into()));
}

#[tokio::test]
async fn logs_how_many_connections_the_limit_of_open_files_allows() {
    let process = Process::start(NO_SERVERS);
    let line = process.program.logged("limit of open files").await;
    let (files, connections) = (line["files"].as_u64(), line["connections"].as_u64());
    assert!(
        files.is_some_and(|files| connections.is_some_and(|connections| 2 * connections < files)),
        "{line}"
    );
}

/// Standard error of the program, which has to fail. `FILE` stands for the configuration file.
async fn stderr(config: &str, variables: &[(&str, &str)]) -> String {
    let file = file(config);
    let mut command = command(&[("REST_PORT", "0")]);
    command.env("CONFIG", file.path()).envs(variables.iter().copied());
    let stderr = testkit::failure_message(&mut command).await;
    stderr.replace(file.path().to_str().expect("UTF-8"), "FILE")
}

#[tokio::test]
async fn an_invalid_file_stops_the_program_and_names_the_line() {
    let config = hello(&["127.0.0.1:1".parse().expect("an address")], "balance = \"best\"");
    let stderr = stderr(&config, &[]).await;
    assert!(
        stderr.starts_with("error: FILE:3: unknown variant `best`, expected one of `weight`"),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[tokio::test]
async fn a_file_without_servers_stops_the_program_unless_it_allows_that() {
    for empty in ["", "# servers to come\n", "[defaults]\nmax_connections = 7\n", "[servers]\n"] {
        let stderr = stderr(empty, &[]).await;
        let expected = "error: FILE: has no servers; to allow that, set `allow_empty = true`";
        assert!(stderr.starts_with(expected), "{empty:?}: {stderr}");
    }
}

#[tokio::test]
async fn what_a_reload_stops_is_a_warning() {
    let process = Process::start(&hello(&[Peer::echo().await.addr], ""));
    process.balancer().await;
    process.write(NO_SERVERS);
    process.program.hang_up();
    let stopped = process.program.logged("stopped listening: the server is not in the file any more").await;
    assert_eq!((&stopped["level"], &stopped["server"]), (&"WARN".into(), &"hello".into()));
}

#[tokio::test]
async fn an_address_in_use_is_reported_on_one_line() {
    let taken = Peer::echo().await;
    let config = hello(&[taken.addr], "").replace("127.0.0.1:0", &taken.addr.to_string());
    let stderr = stderr(&config, &[("RUST_BACKTRACE", "1")]).await;
    let expected = format!("error: servers.hello: cannot listen on {}: Address already in use", taken.addr);
    assert!(stderr.starts_with(&expected), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[tokio::test]
async fn invalid_settings_are_named() {
    for (variables, expected) in [
        (&[("CONFIG", "/nowhere/balancer.toml")][..], "/nowhere/balancer.toml: cannot be read: No such file"),
        (&[("REST_PORT", "70000")], "'--rest-port <PORT>': expected a port, 0 to 65535"),
        (&[("SHUTDOWN_GRACE", "soon")], "'--shutdown-grace <DURATION>': expected a duration"),
        (&[("BALANCER_TOKEN_FILE", "/nowhere/token")], "--token-file: cannot read /nowhere/token"),
        (&[("BALANCER_TOKEN_FILE", "/dev/null")], "--token-file: /dev/null is empty"),
        (
            &[("BALANCER_TOKEN", "s3cret"), ("BALANCER_TOKEN_FILE", "/dev/null")],
            "--token and --token-file are both set",
        ),
    ] {
        let stderr = stderr(NO_SERVERS, variables).await;
        assert!(stderr.contains(expected), "{stderr}");
    }
}

#[tokio::test]
async fn healthcheck_succeeds_while_rest_responds() {
    let process = Process::start(NO_SERVERS);
    let port = process.program.addr("--rest-port").await.port().to_string();
    let check = command(&[("REST_PORT", &port)]).arg("healthcheck").status().await.expect("started");
    assert!(check.success(), "{check}");
}
