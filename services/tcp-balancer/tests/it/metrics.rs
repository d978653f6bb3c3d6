//! Names, types and labels on `/metrics`, and scrapes that stall.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::peers::{Peer, round_trip};
use crate::support::{Fixture, hello};

const EXPECTED: &str = "\
gobetween_backend_active_connections gauge host,port,server
gobetween_backend_connections_total counter host,port,server
gobetween_backend_ejected gauge host,port,server
gobetween_backend_live gauge host,port,server
gobetween_backend_refused_connections gauge host,port,server
gobetween_backend_refused_connections_total counter host,port,server
gobetween_backend_rx_bytes gauge host,port,server
gobetween_backend_rx_bytes_total counter host,port,server
gobetween_backend_rx_second gauge host,port,server
gobetween_backend_total_connections gauge host,port,server
gobetween_backend_tx_bytes gauge host,port,server
gobetween_backend_tx_bytes_total counter host,port,server
gobetween_backend_tx_second gauge host,port,server
gobetween_server_aborted_connections_total counter server
gobetween_server_active_connections gauge server
gobetween_server_backends gauge server,state
gobetween_server_connections_total counter server
gobetween_server_count gauge server
gobetween_server_discovery_failures_total counter reason,server
gobetween_server_failed_connections_total counter server
gobetween_server_max_connections gauge server
gobetween_server_refused_connections_total counter server
gobetween_server_rx_second gauge server
gobetween_server_rx_total counter server
gobetween_server_tx_second gauge server
gobetween_server_tx_total counter server
http_connections_closed_total counter reason
http_server_refused_total counter reason
tcp_balancer_config_reloads_total counter result
tcp_balancer_resource_shortages_total counter reason
";

#[tokio::test]
async fn names_types_and_labels_are_unchanged() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let page = fixture.scrape().await;
    let mut lines = String::new();
    for family in page.page().families() {
        let labels: Vec<_> = family.samples()[0].labels.iter().map(|(name, _)| name).collect();
        lines += &format!("{} {} {}\n", family.name(), family.kind().as_str(), labels.join(","));
    }
    assert_eq!(lines, EXPECTED);
}

#[tokio::test]
async fn stalled_scrapes_do_not_delay_connections() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let rest = fixture.url("").replace("http://", "");
    let mut readers = Vec::new();
    for _ in 0..20 {
        let mut reader = TcpStream::connect(&rest).await.expect("connected");
        for _ in 0..200 {
            let request = format!("GET /metrics HTTP/1.1\r\nHost: {rest}\r\n\r\n");
            if reader.try_write(request.as_bytes()).is_err() {
                break;
            }
        }
        reader.flush().await.expect("sent");
        readers.push(reader);
    }
    let mut client = fixture.connect().await;
    for round in 0..200_u8 {
        assert_eq!(round_trip(&mut client, &[round; 100]).await, [round; 100]);
    }
    drop(client);
    let counts = fixture.wait_until_idle().await;
    assert_eq!((counts.tx, counts.rx), (20_000, 20_000));
}
