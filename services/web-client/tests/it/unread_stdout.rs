//! Nobody reads the program's stdout.

use testkit::Program;

#[tokio::test]
async fn the_program_serves_and_ends_although_nobody_reads_its_log() {
    // Nothing listens there: each call fails and is logged.
    let port = testkit::free_port().to_string();
    let variables = [
        ("RUST_LOG", "trace"),
        ("GRPC_CLIENT_PORT", "0"),
        ("GRPC_SERVER_HOST", "127.0.0.1"),
        ("GRPC_SERVER_PORT", &port),
    ];
    let program = Program::start(&mut testkit::command(env!("CARGO_BIN_EXE_web-client"), &variables));
    let url = program.url("--grpc-client-port", "").await;
    let path = format!("{url}/echo?m={}", "m".repeat(1000));
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = async || assert_eq!(client.get(&path).send().await.expect("a response").status(), 503);
    testkit::serves_with_full_stdout(program, &url, request).await;
}
