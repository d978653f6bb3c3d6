//! Nobody reads the program's stdout.

use crate::support::{echo, program};

#[tokio::test]
async fn the_program_serves_and_ends_although_nobody_reads_its_log() {
    let program = program::start(&[("RUST_LOG", "trace")]);
    let url = program.url("--grpc-server-port", "").await;
    let channel = program::channel(&program).await;
    let request = async || assert_eq!(echo(&channel, "hello").await.expect("a response"), "echo hello");
    testkit::serves_with_full_stdout(program, &url, request).await;
}
