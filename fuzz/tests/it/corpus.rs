//! Every input in `corpus/` holds its target's contract, and every target has a corpus.

use std::fs;
use std::path::{Path, PathBuf};

use fuzz::TARGETS;

fn entries(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("directory entry").path()).collect()
}

#[test]
fn each_corpus_input_holds_its_targets_contract() {
    for (name, run) in TARGETS {
        let inputs = entries(&format!("corpus/{name}"));
        assert!(!inputs.is_empty(), "corpus/{name} is empty");
        for input in inputs {
            println!("{}", input.display());
            run(&fs::read(&input).expect("corpus file can be read"));
        }
    }
}

#[test]
fn each_fuzz_binary_runs_a_listed_target() {
    let mut binaries: Vec<_> = entries("fuzz_targets")
        .iter()
        .map(|path| path.file_stem().expect("file name").to_string_lossy().into_owned())
        .collect();
    let mut targets: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    binaries.sort();
    targets.sort();
    assert_eq!(binaries, targets);
}
