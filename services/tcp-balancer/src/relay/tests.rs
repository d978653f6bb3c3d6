use std::collections::VecDeque;
use std::pin::Pin;

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio::net::TcpListener;
use tokio::time::sleep_until;

use super::*;
use crate::traffic::Traffic;

/// What a peer does when it is asked for bytes.
#[derive(Clone, Debug)]
enum Give {
    Bytes(Vec<u8>),
    Later,
    Reset,
}

/// What a peer does when it is given bytes.
#[derive(Clone, Copy, Debug)]
enum Take {
    AtMost(usize),
    Later,
    Broken,
}

/// A peer that follows a script: first what it gives, then its end; it takes as scripted, and then everything.
#[derive(Debug, Default)]
struct Faulty {
    gives: VecDeque<Give>,
    takes: VecDeque<Take>,
    written: Vec<u8>,
    shut_down: bool,
}

impl Socket for Faulty {
    fn tcp(&self) -> Option<&TcpStream> {
        None
    }
}

impl AsyncRead for Faulty {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.gives.pop_front() {
            None => Poll::Ready(Ok(())),
            Some(Give::Bytes(bytes)) => {
                buffer.put_slice(&bytes);
                Poll::Ready(Ok(()))
            }
            Some(Give::Later) => later(context),
            Some(Give::Reset) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncWrite for Faulty {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = match self.takes.pop_front() {
            None => usize::MAX,
            Some(Take::AtMost(most)) => most,
            Some(Take::Later) => return later(context),
            Some(Take::Broken) => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        };
        let taken = bytes.len().min(most);
        self.written.extend(&bytes[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shut_down = true;
        Poll::Ready(Ok(()))
    }
}

fn later<T>(context: &mut Context<'_>) -> Poll<T> {
    context.waker().wake_by_ref();
    Poll::Pending
}

fn faulty() -> impl Strategy<Value = Faulty> {
    let give = prop_oneof![
        6 => vec(any::<u8>(), 1..2000).prop_map(Give::Bytes),
        3 => Just(Give::Later),
        1 => Just(Give::Reset),
    ];
    let take = prop_oneof![
        12 => (1..1000_usize).prop_map(Take::AtMost),
        6 => Just(Take::Later),
        1 => Just(Take::Broken),
    ];
    (vec(give, 0..12), vec(take, 0..30)).prop_map(|(gives, takes)| Faulty {
        gives: gives.into(),
        takes: takes.into(),
        ..Faulty::default()
    })
}

fn given(peer: &Faulty) -> Vec<u8> {
    let bytes = |give: &Give| if let Give::Bytes(bytes) = give { bytes.clone() } else { Vec::new() };
    peer.gives.iter().flat_map(bytes).collect()
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test)
}

proptest! {
    #[test]
    fn what_is_counted_is_what_was_written_whatever_happens(mut client in faulty(), mut backend in faulty()) {
        let (sent, answered) = (given(&client), given(&backend));
        let (server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = [Meter::tx(&server, &of_backend), Meter::rx(&server, &of_backend)];
        let end = run(relay(&mut client, &mut backend, meters, None));
        for counts in [server.snapshot(), of_backend.snapshot()] {
            prop_assert_eq!(counts.tx, backend.written.len() as u64);
            prop_assert_eq!(counts.rx, client.written.len() as u64);
        }
        prop_assert!(sent.starts_with(&backend.written));
        prop_assert!(answered.starts_with(&client.written));
        if let Ok(end) = end {
            prop_assert_eq!(end, End::Finished);
            prop_assert_eq!(&backend.written, &sent);
            prop_assert_eq!(&client.written, &answered);
            prop_assert!(client.shut_down || backend.shut_down, "the first end is passed on");
        }
    }

    #[test]
    fn the_deltas_reported_on_the_way_add_up_to_the_bytes_written(
        mut client in faulty(), mut backend in faulty(), looks in vec(any::<bool>(), 0..200),
    ) {
        let (server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = [Meter::tx(&server, &of_backend), Meter::rx(&server, &of_backend)];
        let (mut seen, mut deltas) = ((0, 0), (0, 0));
        let mut look = || {
            let counts = of_backend.snapshot();
            deltas = (deltas.0 + counts.tx - seen.0, deltas.1 + counts.rx - seen.1);
            seen = (counts.tx, counts.rx);
        };
        run(async {
            let mut looks = looks.into_iter();
            let mut relay = pin!(relay(&mut client, &mut backend, meters, None));
            poll_fn(|context| {
                if looks.next().unwrap_or_default() {
                    look();
                }
                relay.as_mut().poll(context).map(drop)
            })
            .await;
        });
        look();
        prop_assert_eq!(deltas, (backend.written.len() as u64, client.written.len() as u64));
    }
}

#[test]
fn what_a_side_has_said_is_delivered_though_it_takes_no_more() {
    let bytes = |text: &str| Give::Bytes(text.into());
    let mut client = Faulty { gives: [bytes("a long story"), bytes("and more")].into(), ..Faulty::default() };
    let mut backend = Faulty {
        gives: [Give::Later, bytes("no, "), Give::Later, bytes("thanks")].into(),
        takes: [Take::AtMost(6), Take::Broken].into(),
        ..Faulty::default()
    };
    let (server, of_backend) = (Traffic::default(), Traffic::default());
    let meters = [Meter::tx(&server, &of_backend), Meter::rx(&server, &of_backend)];
    let error = run(relay(&mut client, &mut backend, meters, None)).expect_err("it is no good end");
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert_eq!((client.written.as_slice(), backend.written.as_slice()), (&b"no, thanks"[..], &b"a long"[..]));
    assert!(!client.shut_down, "it is no end to be passed on");
    assert_eq!((server.snapshot().rx, server.snapshot().tx), (10, 6));
}

impl Socket for DuplexStream {
    fn tcp(&self) -> Option<&TcpStream> {
        None
    }
}

const IDLE: Duration = Duration::from_secs(10);

/// A relay between two peers, and when it ended.
fn relayed(idle: Duration) -> (DuplexStream, DuplexStream, impl Future<Output = (End, Instant)>) {
    let ((client, mut near), (backend, mut far)) = (duplex(1 << 16), duplex(1 << 16));
    let relaying = async move {
        let (server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = [Meter::tx(&server, &of_backend), Meter::rx(&server, &of_backend)];
        let end = relay(&mut near, &mut far, meters, Some(idle)).await.expect("no error");
        (end, Instant::now())
    };
    (client, backend, relaying)
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_byte_ends_when_its_time_is_over() {
    let (_client, _backend, relaying) = relayed(IDLE);
    let begun = Instant::now();
    let (end, when) = relaying.await;
    assert_eq!((end, when - begun), (End::Idle { delivered: true }, IDLE));
}

#[tokio::test(start_paused = true)]
async fn a_long_way_one_way_is_not_idle() {
    let (mut client, mut backend, relaying) = relayed(IDLE);
    let last = Instant::now() + IDLE * 10;
    let download = async {
        while Instant::now() < last {
            backend.write_all(b"more").await.expect("written");
            client.read_exact(&mut [0; 4]).await.expect("read");
            sleep_until((Instant::now() + IDLE / 2).min(last)).await;
        }
        let last = Instant::now();
        backend.write_all(b"last").await.expect("written");
        client.read_exact(&mut [0; 4]).await.expect("read");
        last
    };
    let ((end, when), last) = tokio::join!(relaying, download);
    assert_eq!((end, when - last), (End::Idle { delivered: true }, IDLE));
}

#[tokio::test(start_paused = true)]
async fn a_side_that_takes_nothing_is_idle_and_the_rest_is_not_delivered() {
    let (mut client, _backend, relaying) = relayed(IDLE);
    let upload = async { while client.write_all(&[0; 1 << 16]).await.is_ok() {} };
    let ended = async {
        let (end, _) = relaying.await;
        end
    };
    let (end, ()) = tokio::join!(ended, upload);
    assert_eq!(end, End::Idle { delivered: false });
}

/// Two TCP connections: the far ends, and the near ones that the relay has.
async fn sockets() -> [(TcpStream, TcpStream); 2] {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut pairs = Vec::new();
    for _ in 0..2 {
        let (far, near) = tokio::join!(TcpStream::connect(address), listener.accept());
        pairs.push((far.expect("connected"), near.expect("accepted").0));
    }
    pairs.try_into().expect("two")
}

/// Writes all of it in uneven pieces, then ends, and reads to the other's end.
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
fn spliced_bytes_are_the_same_and_counted_as_copied_ones_are() {
    run(async {
        let [(client, mut near), (backend, mut far)] = sockets().await;
        let up: Vec<u8> = (0..20_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let down: Vec<u8> = up.iter().rev().take(7_000_001).copied().collect();
        let (server, of_backend) = (Traffic::default(), Traffic::default());
        let meters = [Meter::tx(&server, &of_backend), Meter::rx(&server, &of_backend)];
        // It closes both sockets at its end.
        let relaying = async move { relay(&mut near, &mut far, meters, None).await };
        let (end, received, delivered) =
            tokio::join!(relaying, exchange(client, up.clone()), exchange(backend, down.clone()),);
        assert_eq!(end.expect("no error"), End::Finished);
        assert!(delivered == up && received == down, "bytes differ");
        for counts in [server.snapshot(), of_backend.snapshot()] {
            assert_eq!((counts.tx, counts.rx), (up.len() as u64, down.len() as u64));
        }
        assert!(pipe::idle() > 0, "nothing was spliced");
    });
}
