//! Back ends that fall ill and recover.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::peers::{Peer, name, nobody, rest};
use crate::support::{Lab, PATIENCE, hello};

fn checked(lines: &str) -> String {
    format!("[servers.hello.healthcheck]\ninterval = \"10ms\"\n{lines}\n")
}

#[tokio::test]
async fn a_probe_over_http_takes_the_sick_out_and_the_healthy_in() {
    let well = Arc::new(AtomicBool::new(true));
    let health = Arc::clone(&well);
    let backend = Peer::start(move |mut stream| {
        let well = health.load(SeqCst);
        async move {
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.unwrap_or_default();
            assert!(read == 0 || request.starts_with(b"GET /healthz?x HTTP/1.1\r\nHost: 127.0.0.1:"));
            let status = if well { "200 OK" } else { "503 Service Unavailable" };
            let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    })
    .await;
    let probe = checked(
        "kind = \"probe\"\nprobe_protocol = \"http\"\nprobe_path = \"/healthz?x\"\nfails = 2\npasses = 2",
    );
    let lab = Lab::start(&format!("{}{probe}", hello(&[backend.addr], ""))).await;
    for _ in 0..2 {
        well.store(false, SeqCst);
        eventually(PATIENCE, async || lab.live() == [false]).await;
        assert_eq!(rest(&mut lab.connect().await).await, "", "nobody is there");
        let page = lab.scrape().await;
        assert_eq!(page.value("gobetween_backend_live", &[("server", "hello")]), 0.0);
        well.store(true, SeqCst);
        eventually(PATIENCE, async || lab.live() == [true]).await;
    }
}

#[tokio::test]
async fn a_ping_is_a_connection() {
    let (good, bad) = (Peer::named("good").await, nobody().await);
    let ping = checked("kind = \"ping\"");
    let lab = Lab::start(&format!("{}{ping}", hello(&[bad, good.addr], "balance = \"roundrobin\""))).await;
    eventually(PATIENCE, async || lab.live() == [false, true]).await;
    let refused = lab.backend_counts()[0].refused;
    for _ in 0..10 {
        assert_eq!(name(&mut lab.connect().await).await, "good");
    }
    assert_eq!(lab.backend_counts()[0].refused, refused, "it is not tried");
    let back = TcpListener::bind(bad).await.expect("its port is free");
    eventually(PATIENCE, async || lab.live() == [true, true]).await;
    drop(back);
}

#[tokio::test]
async fn a_probe_over_tcp_expects_an_answers_beginning() {
    let right = Peer::start(|stream| pong(stream, b"PONG\xAA and more")).await;
    let wrong = Peer::start(|stream| pong(stream, b"PANG\xAA")).await;
    let short = Peer::start(|stream| pong(stream, b"PO")).await;
    let probe = r"kind = 'probe'
probe_protocol = 'tcp'
probe_strategy = 'starts_with'
probe_send = 'PING\n'
probe_recv = 'PONG\xAA'
initial_status = 'unhealthy'";
    let backends = [right.addr, wrong.addr, short.addr];
    let lab = Lab::start(&format!("{}{}", hello(&backends, ""), checked(probe))).await;
    eventually(PATIENCE, async || lab.live() == [true, false, false]).await;
    eventually(PATIENCE, async || wrong.accepted() > 2 && short.accepted() > 2).await;
    assert_eq!(lab.live(), [true, false, false]);
}

async fn pong(mut stream: TcpStream, answer: &[u8]) {
    let mut question = [0; 5];
    if stream.read_exact(&mut question).await.is_ok() {
        assert_eq!(&question, b"PING\n");
        let _ = stream.write_all(answer).await;
    }
}

#[tokio::test]
async fn who_is_unhealthy_at_first_gets_nothing_before_a_pass() {
    let silent = Peer::start(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let probe = checked(
        "kind = \"probe\"\nprobe_protocol = \"http\"\ntimeout = \"10m\"\ninitial_status = \"unhealthy\"",
    );
    let lab = Lab::start(&format!("{}{probe}", hello(&[silent.addr], ""))).await;
    assert_eq!(rest(&mut lab.connect().await).await, "");
    assert_eq!(lab.backend_counts()[0].connections, 0);
}
