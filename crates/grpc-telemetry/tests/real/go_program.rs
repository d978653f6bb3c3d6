//! Builds and runs the Go program in `go/`.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::Counts;

/// The counts of the old and of the new library.
pub(crate) fn run() -> (Counts, Counts) {
    let go = env::var_os("GO").expect("GO is not set: it is the path of the go command");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/go");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-grpc-libraries");
    let built = Command::new(go)
        .args(["build", "-mod=readonly", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(source)
        .output()
        .expect("GO can be run");
    assert!(built.status.success(), "go build: {}", String::from_utf8_lossy(&built.stderr));
    let output = Command::new(program).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut old, mut new) = (Counts::new(), Counts::new());
    for line in String::from_utf8(output.stdout).expect("UTF-8").lines() {
        let mut fields = line.splitn(4, '|');
        let mut field = || fields.next().expect("four fields").to_owned();
        let (library, scenario, side, counts) = (field(), field(), field(), field());
        if library == "old" { &mut old } else { &mut new }.insert((scenario, side), counts);
    }
    (old, new)
}
