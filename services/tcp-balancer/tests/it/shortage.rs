//! Shortages of the balancer's own resources.

use testkit::{Program, Scrape};
use tokio::net::TcpStream;

use crate::support::hello;
use crate::support::peers::{Peer, round_trip};
use crate::support::program::file;

/// Enough for the runtime, REST and a few connections.
const OPEN_FILES: u32 = 64;

#[tokio::test]
async fn without_descriptors_clients_wait_and_no_backend_is_blamed() {
    let backend = Peer::echo().await;
    let check = "[servers.hello.healthcheck]\nkind = \"ping\"\ninterval = \"20ms\"\n";
    let file = file(&format!("{}{check}", hello(&[backend.addr], "backend_connection_timeout = \"1m\"")));
    let mut limited = testkit::command("prlimit", &[("REST_PORT", "0")]);
    limited.arg(format!("--nofile={OPEN_FILES}")).arg(env!("CARGO_BIN_EXE_tcp-balancer"));
    limited.env("CONFIG", file.path());
    let mut program = Program::start(&mut limited);
    let metrics = program.url("--rest-port", "/metrics").await;
    let listening = program.line(|line| line["message"] == "listening" && line["server"] == "hello").await;
    let balancer = listening["address"].as_str().expect("an address").to_owned();
    let mut clients = Vec::new();
    for _ in 0..OPEN_FILES {
        clients.push(TcpStream::connect(&balancer).await.expect("in the accept queue"));
    }
    program.logged("out of resources, connections wait").await;
    // With a quarter of the clients, there are enough descriptors.
    clients.truncate(OPEN_FILES as usize / 4);
    for client in &mut clients {
        assert_eq!(round_trip(client, b"hello").await, b"hello");
    }
    let page = Scrape::get(&metrics).await;
    assert!(page.value("tcp_balancer_resource_shortages_total", &[("reason", "files")]) > 0.0);
    assert_eq!(page.value("gobetween_backend_refused_connections_total", &[]), 0.0);
    assert_eq!(page.value("gobetween_backend_ejected", &[]), 0.0);
    assert_eq!(page.value("gobetween_backend_live", &[]), 1.0);
    assert_eq!(page.value("gobetween_server_failed_connections_total", &[]), 0.0);
    assert_eq!(program.log("out of resources, connections wait").len(), 1, "one line per burst");
    assert!(program.log("unhealthy").is_empty());
    drop(clients);
    program.terminate().await;
}
