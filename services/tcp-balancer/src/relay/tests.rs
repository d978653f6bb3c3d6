mod scripted;

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, Interest, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep_until;

use super::*;
use crate::traffic::Traffic;
use scripted::{Read, Scripted, Write, scripted, scripted_bytes};

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test)
}

/// Meters of both directions.
fn meters<'a>(server: &'a Traffic, backend: &'a Traffic) -> [Meter<'a>; 2] {
    [Meter::tx(server, backend), Meter::rx(server, backend)]
}

proptest! {
    #[test]
    fn counts_equal_the_bytes_written_however_the_connection_ends(
        mut client in scripted(), mut backend in scripted(),
    ) {
        let (sent, responded) = (scripted_bytes(&client), scripted_bytes(&backend));
        let (of_server, of_backend) = (Traffic::default(), Traffic::default());
        let end = run(relay(&mut client, &mut backend, meters(&of_server, &of_backend), Timeouts::default()));
        for counts in [of_server.snapshot(), of_backend.snapshot()] {
            prop_assert_eq!(counts.tx, backend.written.len() as u64);
            prop_assert_eq!(counts.rx, client.written.len() as u64);
        }
        prop_assert!(sent.starts_with(&backend.written));
        prop_assert!(responded.starts_with(&client.written));
        if let Ok(end) = end {
            prop_assert_eq!(end, End::Finished);
            prop_assert_eq!(&backend.written, &sent);
            prop_assert_eq!(&client.written, &responded);
            prop_assert!(client.is_shut_down || backend.is_shut_down, "the first end is passed on");
        }
    }

    #[test]
    fn bytes_read_before_a_reset_are_delivered_by_a_slow_sink(
        pieces in vec(vec(any::<u8>(), 1..2000), 0..12),
        writes in vec(prop_oneof![(1..1000_usize).prop_map(Write::AtMost), Just(Write::Pending)], 0..60),
        is_upload: bool,
    ) {
        let expected = pieces.concat();
        let reads = pieces.into_iter().map(Read::Bytes).chain([Read::Reset]);
        let mut source = Scripted { reads: reads.collect(), ..Scripted::default() };
        let mut sink = Scripted { reads: vec![Read::Pending; 1000].into(), writes: writes.into(), ..Scripted::default() };
        let (of_server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = meters(&of_server, &of_backend);
        let result = if is_upload {
            run(relay(&mut source, &mut sink, meters, Timeouts::default()))
        } else {
            run(relay(&mut sink, &mut source, meters, Timeouts::default()))
        };
        prop_assert_eq!(result.expect_err("a reset").kind(), io::ErrorKind::ConnectionReset);
        prop_assert!(!sink.is_shut_down, "a reset is not passed on as an end");
        prop_assert_eq!(&sink.written, &expected);
        let counts = of_server.snapshot();
        prop_assert_eq!(if is_upload { counts.tx } else { counts.rx }, expected.len() as u64);
    }

    #[test]
    fn deltas_read_while_forwarding_add_up_to_the_bytes_written(
        mut client in scripted(), mut backend in scripted(), reads in vec(any::<bool>(), 0..200),
    ) {
        let (of_server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = meters(&of_server, &of_backend);
        let (mut last, mut deltas) = ((0, 0), (0, 0));
        let mut read_deltas = || {
            let counts = of_backend.snapshot();
            deltas = (deltas.0 + counts.tx - last.0, deltas.1 + counts.rx - last.1);
            last = (counts.tx, counts.rx);
        };
        run(async {
            let mut reads = reads.into_iter();
            let mut relay = pin!(relay(&mut client, &mut backend, meters, Timeouts::default()));
            poll_fn(|context| {
                if reads.next().unwrap_or_default() {
                    read_deltas();
                }
                relay.as_mut().poll(context).map(drop)
            })
            .await;
        });
        read_deltas();
        prop_assert_eq!(deltas, (backend.written.len() as u64, client.written.len() as u64));
    }
}

#[test]
fn delivers_what_a_peer_sent_although_the_peer_stopped_reading() {
    let bytes = |text: &str| Read::Bytes(text.into());
    let mut client =
        Scripted { reads: [bytes("a long request"), bytes("and more")].into(), ..Scripted::default() };
    let mut backend = Scripted {
        reads: [Read::Pending, bytes("no, "), Read::Pending, bytes("thanks")].into(),
        writes: [Write::AtMost(6), Write::BrokenPipe].into(),
        ..Scripted::default()
    };
    let (of_server, of_backend) = (Traffic::default(), Traffic::default());
    let result = run(relay(&mut client, &mut backend, meters(&of_server, &of_backend), Timeouts::default()));
    assert_eq!(result.expect_err("the sink failed").kind(), io::ErrorKind::BrokenPipe);
    assert_eq!((client.written.as_slice(), backend.written.as_slice()), (&b"no, thanks"[..], &b"a long"[..]));
    assert!(!client.is_shut_down, "a failure is not passed on as an end");
    assert_eq!((of_server.snapshot().rx, of_server.snapshot().tx), (10, 6));
}

impl Socket for DuplexStream {
    fn tcp(&self) -> Option<&TcpStream> {
        None
    }
}

const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
const HALF_CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUTS: Timeouts = Timeouts { idle: Some(IDLE_TIMEOUT), half_close: Some(HALF_CLOSE_TIMEOUT) };

/// Both peers of a relay, and the relay, which returns how and when it ended.
fn idle_relay() -> (DuplexStream, DuplexStream, impl Future<Output = (End, Instant)>) {
    let ((client, mut near), (backend, mut far)) = (duplex(1 << 16), duplex(1 << 16));
    let relaying = async move {
        let (of_server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = meters(&of_server, &of_backend);
        let end = relay(&mut near, &mut far, meters, TIMEOUTS).await.expect("no error");
        (end, Instant::now())
    };
    (client, backend, relaying)
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_bytes_ends_after_the_idle_timeout() {
    let (_client, _backend, relaying) = idle_relay();
    let start = Instant::now();
    let (end, ended_at) = relaying.await;
    assert_eq!((end, ended_at - start), (End::Idle { delivered: true }, IDLE_TIMEOUT));
}

#[tokio::test(start_paused = true)]
async fn bytes_in_one_direction_keep_a_connection_open() {
    let (mut client, mut backend, relaying) = idle_relay();
    let download_end = Instant::now() + IDLE_TIMEOUT * 10;
    let download = async {
        while Instant::now() < download_end {
            backend.write_all(b"more").await.expect("written");
            client.read_exact(&mut [0; 4]).await.expect("read");
            sleep_until((Instant::now() + IDLE_TIMEOUT / 2).min(download_end)).await;
        }
        let last_byte = Instant::now();
        backend.write_all(b"last").await.expect("written");
        client.read_exact(&mut [0; 4]).await.expect("read");
        last_byte
    };
    let ((end, ended_at), last_byte) = tokio::join!(relaying, download);
    assert_eq!((end, ended_at - last_byte), (End::Idle { delivered: true }, IDLE_TIMEOUT));
}

#[tokio::test(start_paused = true)]
async fn an_idle_end_with_a_backlog_is_reported_as_undelivered() {
    let (mut client, _backend, relaying) = idle_relay();
    let upload = async { while client.write_all(&[0; 1 << 16]).await.is_ok() {} };
    let ended = async {
        let (end, _) = relaying.await;
        end
    };
    let (end, ()) = tokio::join!(ended, upload);
    assert_eq!(end, End::Idle { delivered: false });
}

/// Two TCP connections: for each, the peer's socket and the relay's.
async fn tcp_pairs() -> [(TcpStream, TcpStream); 2] {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut pairs = Vec::new();
    for _ in 0..2 {
        let (peer, relay) = tokio::join!(TcpStream::connect(address), listener.accept());
        pairs.push((peer.expect("connected"), relay.expect("accepted").0));
    }
    pairs.try_into().expect("two")
}

/// Writes `bytes` in uneven pieces and ends. Returns what it read to the other side's end.
async fn exchange(stream: TcpStream, bytes: Vec<u8>) -> Vec<u8> {
    let (mut read, mut write) = stream.into_split();
    let writing = async move {
        for piece in bytes.chunks(77_777) {
            write.write_all(piece).await.expect("written");
        }
    };
    let mut received = Vec::new();
    let ((), result) = tokio::join!(writing, read.read_to_end(&mut received));
    result.expect("read");
    received
}

#[test]
fn a_reset_that_a_write_reports_is_not_passed_on_as_an_end() {
    run(async {
        let [(mut client, mut near), (mut backend, mut far)] = tcp_pairs().await;
        client.write_all(b"a request").await.expect("written");
        backend.write_all(b"no, thanks").await.expect("written");
        backend.set_zero_linger().expect("an open socket");
        drop(backend);
        // Both have arrived, so that the write of the request is the first call to see the reset. Reads then return 0.
        near.readable().await.expect("an open socket");
        far.ready(Interest::ERROR).await.expect("an open socket");
        let (of_server, of_backend) = (Traffic::default(), Traffic::default());
        let result = relay(&mut near, &mut far, meters(&of_server, &of_backend), Timeouts::default()).await;
        assert_eq!(result.expect_err("a reset").kind(), io::ErrorKind::ConnectionReset);
        let mut response = [0; 10];
        client.read_exact(&mut response).await.expect("the response");
        assert_eq!(&response, b"no, thanks");
        let error = client.try_read(&mut [0]).expect_err("no end");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    });
}

#[test]
fn splicing_delivers_and_counts_every_byte() {
    run(async {
        let [(client, mut near), (backend, mut far)] = tcp_pairs().await;
        let up: Vec<u8> = (0..20_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let down: Vec<u8> = up.iter().rev().take(7_000_001).copied().collect();
        let (of_server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = meters(&of_server, &of_backend);
        // `move`: the relay's sockets must be closed when it ends, so that both peers see the end.
        let relaying = async move { relay(&mut near, &mut far, meters, Timeouts::default()).await };
        let (end, received, delivered) =
            tokio::join!(relaying, exchange(client, up.clone()), exchange(backend, down.clone()));
        assert_eq!(end.expect("no error"), End::Finished);
        assert!(delivered == up && received == down, "bytes differ");
        for counts in [of_server.snapshot(), of_backend.snapshot()] {
            assert_eq!((counts.tx, counts.rx), (up.len() as u64, down.len() as u64));
        }
        assert!(pipe::idle() > 0, "nothing was spliced");
    });
}

#[tokio::test(start_paused = true)]
async fn a_side_that_does_not_answer_a_half_close_has_the_shorter_timeout_from_then_on() {
    let (mut client, mut backend, relaying) = idle_relay();
    let steps = async {
        sleep_until(Instant::now() + IDLE_TIMEOUT / 2).await;
        client.shutdown().await.expect("half closed");
        sleep_until(Instant::now() + HALF_CLOSE_TIMEOUT / 2).await;
        let last_byte = Instant::now();
        backend.write_all(b"late").await.expect("written");
        client.read_exact(&mut [0; 4]).await.expect("read");
        last_byte
    };
    let ((end, ended_at), last_byte) = tokio::join!(relaying, steps);
    assert_eq!((end, ended_at - last_byte), (End::Idle { delivered: true }, HALF_CLOSE_TIMEOUT));
}
