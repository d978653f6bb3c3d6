//! The code in `src/grpc/gen/` matches `proto/`. Regenerate it with `UPDATE=1 cargo test -p testkit`.

use std::path::Path;
use std::{env, fs};

use prost::Message;

#[test]
fn checked_in_code_matches_the_proto_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut descriptors = protox::compile(["ping.proto"], [root.join("proto")]).expect("proto file compiles");
    let out = tempfile::tempdir().expect("temporary directory");
    tonic_prost_build::configure()
        .out_dir(out.path())
        .compile_fds(descriptors.clone())
        .expect("code is generated");
    for file in &mut descriptors.file {
        file.source_code_info = None;
    }
    let code = fs::read(out.path().join("testpb.rs")).expect("generated code");
    for (name, bytes) in [("testpb.rs", code), ("descriptor_set.bin", descriptors.encode_to_vec())] {
        let checked_in = root.join("src/grpc/gen").join(name);
        if env::var_os("UPDATE").is_some() {
            fs::write(&checked_in, &bytes).expect("a writable file");
        }
        let found = fs::read(&checked_in).unwrap_or_default();
        assert!(found == bytes, "{name} is out of date; run with UPDATE=1");
    }
}
