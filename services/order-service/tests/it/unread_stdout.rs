//! Nobody reads the program's stdout.

use crate::support::{folder, list, program};

#[tokio::test]
async fn the_program_serves_and_ends_although_nobody_reads_its_log() {
    let folder = folder();
    let program = program::start(folder.path(), &[("RUST_LOG", "trace")]);
    let url = program.url("--metrics-port", "").await;
    let client = program::client(&program).await;
    let request = async || drop(list(&client, 1).await);
    testkit::serves_with_full_stdout(program, &url, request).await;
}
