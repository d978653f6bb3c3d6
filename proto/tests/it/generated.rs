//! The code in `src/gen/` matches the `.proto` files. Regenerate it with `UPDATE=1 cargo test -p lookout-proto`.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use prost::Message;

const PROTO_FILES: [&str; 2] = ["echo.proto", "order.proto"];

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn checked_in_code_matches_the_proto_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked_in = root.join("src/gen");
    let generated = generate(root);
    if env::var_os("UPDATE").is_some() {
        write(&checked_in, &generated);
    }
    let current = read(&checked_in);
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&current),
        names(&generated),
        "src/gen has other files than the generator writes; run with UPDATE=1"
    );
    for (name, bytes) in &generated {
        assert!(current[name] == *bytes, "{name} is out of date; run with UPDATE=1");
    }
}

fn generate(protos: &Path) -> Files {
    let out = tempfile::tempdir().expect("temporary directory");
    let descriptors = protox::compile(PROTO_FILES, [protos]).expect("proto files compile");
    tonic_prost_build::configure().out_dir(out.path()).compile_fds(descriptors).expect("code is generated");
    let mut files = read(out.path());
    for file in PROTO_FILES {
        let descriptors = protox::compile([file], [protos]).expect("proto file compiles");
        let set = without_source_info(descriptors).encode_to_vec();
        files.insert(Path::new(file).with_extension("bin").display().to_string(), set);
    }
    files
}

/// Removes comments and positions: three quarters of a descriptor set, and not needed for reflection.
fn without_source_info(mut set: prost_types::FileDescriptorSet) -> prost_types::FileDescriptorSet {
    for file in &mut set.file {
        file.source_code_info = None;
    }
    set
}

fn read(dir: &Path) -> Files {
    fs::read_dir(dir)
        .expect("a readable directory")
        .map(|entry| {
            let entry = entry.expect("a readable entry");
            let name = entry.file_name().into_string().expect("UTF-8 file name");
            (name, fs::read(entry.path()).expect("a readable file"))
        })
        .collect()
}

fn write(dir: &Path, files: &Files) {
    for name in read(dir).keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(dir.join(name)).expect("a removable file");
    }
    for (name, bytes) in files {
        fs::write(dir.join(name), bytes).expect("a writable file");
    }
}
