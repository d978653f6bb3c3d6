//! The program: its signals, and settings that cannot be.

use crate::support::hello;
use crate::support::peers::{Peer, round_trip};
use crate::support::program::{Process, command, file};

#[tokio::test]
async fn sighup_reads_the_file_again_and_sigterm_ends_it_well() {
    let backend = Peer::echo().await;
    let mut process = Process::start(&hello(&[backend.addr], ""));
    let mut client = tokio::net::TcpStream::connect(process.balancer().await).await.expect("it listens");
    round_trip(&mut client, b"one").await;
    process.write("[servers.hello]\nbond = 1\n");
    process.program.hang_up();
    let said = process.program.logged("configuration is as before").await;
    assert!(said["error"].as_str().expect("a sentence").contains(":2: unknown field `bond`"), "{said}");
    process.write(&hello(&[backend.addr], "balance = \"leastconn\""));
    process.program.hang_up();
    process.program.logged("configuration read again").await;
    assert_eq!(round_trip(&mut client, b"two").await, b"two");
    drop(client);
    let status = process.program.terminate().await;
    assert!(status.success(), "{status}");
    let stopped =
        process.program.line(|line| line["message"] == "stopped" && line["server"] == "hello").await;
    assert_eq!((&stopped["connections"], &stopped["rx"], &stopped["tx"]), (&1.into(), &6.into(), &6.into()));
}

#[tokio::test]
async fn it_says_how_many_connections_the_limit_of_files_allows_for() {
    let process = Process::start("");
    let line = process.program.logged("file descriptors").await;
    let (files, connections) = (line["files"].as_u64(), line["connections"].as_u64());
    assert!(files.is_some_and(|files| connections.is_some_and(|most| 2 * most < files)), "{line}");
}

/// What the program says to stderr before it fails.
async fn failure_message(config: &str, variables: &[(&str, &str)]) -> String {
    let file = file(config);
    let mut command = command(&[("REST_PORT", "0")]);
    command.env("CONFIG", file.path()).envs(variables.iter().copied());
    let said = testkit::failure_message(&mut command).await;
    said.replace(file.path().to_str().expect("UTF-8"), "FILE")
}

#[tokio::test]
async fn a_wrong_file_ends_the_program_with_its_line() {
    let config = hello(&["127.0.0.1:1".parse().expect("an address")], "balance = \"best\"");
    let said = failure_message(&config, &[]).await;
    assert!(said.starts_with("error: FILE:3: unknown variant `best`, expected one of `weight`"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[tokio::test]
async fn an_address_in_use_is_one_sentence() {
    let taken = Peer::echo().await;
    let config = hello(&[taken.addr], "").replace("127.0.0.1:0", &taken.addr.to_string());
    let said = failure_message(&config, &[("RUST_BACKTRACE", "1")]).await;
    let expected = format!("error: servers.hello: cannot listen on {}: Address already in use", taken.addr);
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[tokio::test]
async fn other_settings_that_cannot_be_are_named() {
    for (variables, expected) in [
        (&[("CONFIG", "/nowhere/balancer.toml")][..], "/nowhere/balancer.toml: cannot be read: No such file"),
        (&[("REST_PORT", "70000")], "'--rest-port <PORT>': expected a port, 0 to 65535"),
        (&[("SHUTDOWN_GRACE", "soon")], "'--shutdown-grace <DURATION>': expected a duration"),
        (&[("BALANCER_TOKEN_FILE", "/nowhere/token")], "--token-file: cannot read /nowhere/token"),
        (&[("BALANCER_TOKEN_FILE", "/dev/null")], "--token-file: /dev/null is empty"),
    ] {
        let said = failure_message("", variables).await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn healthcheck_asks_rest() {
    let process = Process::start("");
    let port = process.program.addr("--rest-port").await.port().to_string();
    let check = command(&[("REST_PORT", &port)]).arg("healthcheck").status().await.expect("program runs");
    assert!(check.success(), "{check}");
}
