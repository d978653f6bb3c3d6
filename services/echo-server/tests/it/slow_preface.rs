//! A client that sends the HTTP/2 preface slowly.

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional, duplex};
use tokio::net::TcpStream;

use crate::support::{counted, handled, handled_total, raw, start};

#[tokio::test]
async fn waits_for_a_slow_preface_and_counts_the_call_once() {
    let server = start().await;
    let (near, mut far) = duplex(64 * 1024);
    let mut call = raw::call_over(near).await;
    call.send(raw::HI).await;
    let mut socket = TcpStream::connect(server.addr()).await.expect("a connection");
    socket.set_nodelay(true).expect("TCP_NODELAY is set");
    for _ in 0..b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len() {
        let byte = far.read_u8().await.expect("the client's preface");
        socket.write_u8(byte).await.expect("the byte is sent");
        // After this response to another client, the server has read the byte.
        assert_eq!(counted(&server, "grpc_server_started_total").await, 0.0);
    }
    let relay = tokio::spawn(async move { copy_bidirectional(&mut far, &mut socket).await });
    let (message, trailers) = call.finish().await;
    assert_eq!(message, b"\0\0\0\0\x09\x0a\x07echo hi".as_slice());
    assert_eq!(trailers["grpc-status"], "0");
    assert_eq!(counted(&server, "grpc_server_started_total").await, 1.0);
    assert_eq!((handled(&server, "OK").await, handled_total(&server).await), (1.0, 1.0));
    relay.abort();
}
