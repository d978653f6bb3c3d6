//! One side has no more to say, the other has.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::peers::{Peer, rest};
use crate::support::{Lab, hello};

#[tokio::test]
async fn a_clients_end_is_passed_on_and_the_answer_still_comes() {
    let backend = Peer::start(|mut stream| async move {
        let mut question = String::new();
        stream.read_to_string(&mut question).await.expect("to the end");
        stream.write_all(format!("{} bytes", question.len()).as_bytes()).await.expect("written");
    })
    .await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut client = lab.connect().await;
    client.write_all(b"how long is this?").await.expect("written");
    client.shutdown().await.expect("half closed");
    assert_eq!(rest(&mut client).await, "17 bytes");
    let counts = lab.idle().await;
    assert_eq!((counts.tx, counts.rx), (17, 8));
}

#[tokio::test]
async fn a_back_ends_end_is_passed_on_and_it_still_listens() {
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let backend = Peer::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            stream.write_all(b"tell me all").await.expect("written");
            stream.shutdown().await.expect("half closed");
            let mut story = String::new();
            stream.read_to_string(&mut story).await.expect("to the end");
            tell.send(story).await.expect("the test waits");
        }
    })
    .await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut client = lab.connect().await;
    assert_eq!(rest(&mut client).await, "tell me all");
    client.write_all(b"once upon a time").await.expect("written");
    drop(client);
    assert_eq!(told.recv().await.as_deref(), Some("once upon a time"));
}
