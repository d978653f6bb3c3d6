//! Configuration files that are empty, incomplete or unreadable.

use std::fs;
use std::process::Command;

use tcp_balancer::{ChangeError, ReloadCounts};

use crate::support::peers::{Peer, read_name, round_trip};
use crate::support::{Fixture, hello};

#[tokio::test]
async fn a_file_that_loses_its_servers_is_refused() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let empty = ["", "# servers to come\n", "[defaults]\nmax_connections = 7\n", "[servers]\n"];
    for (refused, text) in (1..).zip(empty) {
        fixture.reload(text).await;
        assert_eq!(fixture.balancer.reloads(), ReloadCounts { ok: 0, failed: refused }, "{text:?}");
        assert_eq!(round_trip(&mut fixture.connect().await, b"served").await, b"served", "{text:?}");
    }
    fixture.reload("allow_empty = true\n").await;
    assert!(fixture.balancer.servers().is_empty());
}

#[tokio::test]
async fn a_file_that_is_missing_or_not_regular_is_refused() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let path = fixture.path();
    let refusal = async || {
        let error = fixture.balancer.reload().await.expect_err("refused");
        assert!(matches!(error, ChangeError::File(_)), "{error}");
        assert_eq!(round_trip(&mut fixture.connect().await, b"served").await, b"served");
    };
    fs::remove_file(path).expect("removed");
    refusal().await;
    fs::create_dir(path).expect("created");
    refusal().await;
    fs::remove_dir(path).expect("removed");
    // Reading it would block: it has no writer.
    assert!(Command::new("mkfifo").arg(path).status().expect("started").success());
    refusal().await;
    fs::remove_file(path).expect("removed");
    fs::write(path, [0xff, 0xfe]).expect("written");
    refusal().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_client_is_refused_while_the_file_is_truncated_written_and_reloaded() {
    let backend = Peer::named("backend").await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let address = fixture.addr();
    let (path, balancer) = (fixture.path().to_owned(), fixture.balancer.clone());
    let reloads = tokio::spawn(async move {
        for limit in 1000..1010 {
            let (begin, end) =
                ("allow_empty = true\n", hello(&[backend.addr], &format!("max_connections = {limit}")));
            fs::write(&path, begin).expect("truncated");
            // The reload reads the truncated file, and waits before it reads again.
            let (reloaded, ()) = tokio::join!(biased; balancer.reload(), async {
                fs::write(&path, format!("{begin}{end}")).expect("written");
            });
            reloaded.expect("reloaded");
        }
    });
    while !reloads.is_finished() {
        let mut client = tokio::net::TcpStream::connect(address).await.expect("connected");
        assert_eq!(read_name(&mut client).await, "backend");
    }
    reloads.await.expect("no panic");
    assert_eq!(fixture.hello().config().max_connections(), 1009);
}
