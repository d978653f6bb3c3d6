//! Results of checks and lookups that arrive after their backend or the configuration has changed.

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_resolver::proto::rr::RecordType;
use reqwest::Method;
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::support::dns;
use crate::support::peers::{Peer, read_name, settle};
use crate::support::{Fixture, TIMEOUT, TOKEN, hello, with_discovery};

/// A backend that fails each HTTP check, once the test says so.
async fn failing_late() -> (Peer, watch::Sender<bool>) {
    let (release, released) = watch::channel(false);
    let peer = Peer::start(move |mut stream| {
        let mut released = released.clone();
        async move {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = released.wait_for(|is_released| *is_released).await;
            let _ = stream.write_all(b"HTTP/1.1 503 Unavailable\r\n\r\n").await;
        }
    })
    .await;
    (peer, release)
}

const LATE_CHECK: &str = "[servers.hello.healthcheck]
kind = \"probe\"
probe_protocol = \"http\"
interval = \"1h\"
timeout = \"1h\"
passes = 2
";

#[tokio::test]
async fn a_check_of_earlier_addresses_does_not_count_and_does_not_delay_the_next() {
    let (old, release) = failing_late().await;
    let new = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), old.addr.port())).await.expect("a free port");
    let (server, records) = dns::start().await;
    let discovery = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n\
         interval = \"20ms\"\n"
    );
    records.add_service("_hello._tcp.test.", 1, old.addr.port(), "host.test.");
    records.add_address("host.test.", Ipv4Addr::LOCALHOST);
    let fixture = Fixture::start(&format!("{}{LATE_CHECK}", with_discovery("", &discovery))).await;
    eventually(TIMEOUT, async || old.accepted() == 1).await;
    records.clear();
    records.add_service("_hello._tcp.test.", 1, old.addr.port(), "host.test.");
    records.add_address("host.test.", Ipv4Addr::new(127, 0, 0, 2));
    let (mut check, _) = new.accept().await.expect("a check of the new address");
    release.send_replace(true);
    check.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("written");
    let _ = check.read_to_end(&mut Vec::new()).await;
    assert_eq!(fixture.live(), [true], "two passes would be needed to recover");
}

#[tokio::test]
async fn a_check_goes_on_across_reloads_of_other_settings() {
    let (backend, release) = failing_late().await;
    let config =
        |limit: u32| format!("{}{LATE_CHECK}", hello(&[backend.addr], &format!("max_connections = {limit}")));
    let fixture = Fixture::start(&config(1)).await;
    eventually(TIMEOUT, async || backend.accepted() == 1).await;
    for limit in 2..5 {
        fixture.reload(&config(limit)).await;
    }
    release.send_replace(true);
    eventually(TIMEOUT, async || fixture.live() == [false]).await;
    assert_eq!(backend.accepted(), 1, "a check that is slower than the reloads still ends");
}

#[tokio::test]
async fn a_check_that_a_reload_replaces_does_not_count() {
    for next in ["", "[servers.hello.healthcheck]\nkind = \"ping\"\ninterval = \"1h\"\npasses = 2\n"] {
        let (backend, release) = failing_late().await;
        let config = |check: &str| format!("{}{check}", hello(&[backend.addr], ""));
        let fixture = Fixture::start(&config(LATE_CHECK)).await;
        eventually(TIMEOUT, async || backend.accepted() == 1).await;
        fixture.reload(&config(next)).await;
        release.send_replace(true);
        let mut client = fixture.connect().await;
        client.write_all(b"a request").await.expect("written");
        assert_ne!(client.read(&mut [0; 64]).await.expect("a response"), 0, "the backend is live");
        assert_eq!(fixture.live(), [true], "{next}");
    }
}

#[tokio::test]
async fn failures_of_earlier_checks_do_not_count_towards_those_after_a_reload() {
    let (later, checked) = watch::channel(false);
    let backend = Peer::start(move |mut stream| {
        let later = later.clone();
        async move {
            let mut request = [0; 10];
            let _ = stream.read_exact(&mut request).await;
            later.send_if_modified(|checked| {
                *checked |= request.starts_with(b"GET /later");
                *checked
            });
        }
    })
    .await;
    let config = |lines: &str| {
        let check = "[servers.hello.healthcheck]\nkind = \"probe\"\nprobe_protocol = \"http\"\n";
        format!("{}{check}{lines}\n", hello(&[backend.addr], ""))
    };
    let fixture = Fixture::start(&config("fails = 1000000\ninterval = \"10ms\"")).await;
    eventually(TIMEOUT, async || backend.accepted() > 10).await;
    fixture.reload(&config("fails = 2\ninterval = \"1h\"\nprobe_path = \"/later\"")).await;
    eventually(TIMEOUT, async || *checked.borrow()).await;
    settle().await;
    assert_eq!(fixture.live(), [true], "one of these checks has failed");
}

#[tokio::test]
async fn a_server_that_is_removed_during_a_check_and_added_again_starts_with_a_new_check() {
    let (backend, release) = failing_late().await;
    let fixture = Fixture::start(&format!("{}{LATE_CHECK}", hello(&[backend.addr], ""))).await;
    eventually(TIMEOUT, async || backend.accepted() == 1).await;
    let change = async |method, body: &str| {
        fixture.request(method, "/servers/hello", Some(TOKEN), body).await.0.as_u16()
    };
    assert_eq!(change(Method::DELETE, "").await, 200);
    release.send_replace(true);
    let body = format!(
        "{{\"bind\": \"127.0.0.1:0\", \"discovery\": {{\"kind\": \"static\", \"static_list\": [\"{}\"]}}}}",
        backend.addr
    );
    assert_eq!(change(Method::POST, &body).await, 200);
    release.send_replace(true);
    assert_eq!(fixture.live(), [true]);
}

#[tokio::test]
async fn a_lookup_that_a_reload_replaces_does_not_change_the_new_backends() {
    let (old, new) = (Peer::named("old").await, Peer::named("new").await);
    let (server, records) = dns::start().await;
    for kind in [RecordType::A, RecordType::AAAA] {
        records.inject("hello.test.", kind, dns::Fault::Silent);
    }
    let section = format!(
        "kind = \"dns\"\ndns_lookup_server = \"{server}\"\ndns_lookup_pattern = \"hello.test.\"\ndns_port = {}\n\
         timeout = \"600s\"",
        old.addr.port()
    );
    let fixture = Fixture::start(&with_discovery("", &section)).await;
    eventually(TIMEOUT, async || records.queries() >= 2).await;
    fixture.reload(&hello(&[new.addr], "")).await;
    records.clear();
    records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
    for _ in 0..10 {
        assert_eq!(read_name(&mut fixture.connect().await).await, "new");
    }
    let hosts: Vec<_> = fixture.hello().pool.discovered().map(|backend| backend.target.port).collect();
    assert_eq!(hosts, [new.addr.port()]);
}

#[tokio::test]
async fn a_reload_of_the_interval_keeps_the_addresses_of_a_family_without_an_answer() {
    let backend = Peer::named("backend").await;
    let (server, records) = dns::start().await;
    records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
    let config = |interval: &str| {
        let section = format!(
            "kind = \"dns\"\ndns_lookup_server = \"{server}\"\ndns_lookup_pattern = \"hello.test.\"\n\
             dns_port = {}\ntimeout = \"600s\"\ninterval = \"{interval}\"",
            backend.addr.port()
        );
        with_discovery("", &section)
    };
    let fixture = Fixture::start(&config("1h")).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
    records.inject("hello.test.", RecordType::A, dns::Fault::Silent);
    records.add_ipv6("hello.test.", Ipv6Addr::LOCALHOST);
    fixture.reload(&config("2h")).await;
    // The address of the silent family was there before the reload.
    eventually(TIMEOUT, async || fixture.hello().pool.discovered().count() == 2).await;
}
