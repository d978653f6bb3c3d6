//! The tutorials in the shell scripts and the k6 scenarios.

use std::{collections::BTreeSet, process::Command};

use catalog::{Selection, Stream, Tutorial};
use clap::ValueEnum;

use crate::support::{read, root};

#[test]
fn each_selection_runs_the_same_tutorials_in_the_scripts() {
    for selection in Selection::value_variants() {
        let name = selection.to_possible_value().unwrap().get_name().to_owned();
        let script = r#"fail() { echo "$1" >&2; exit 1; }; . scripts/settings.sh; echo "$TUTORIALS""#;
        let output = Command::new("bash")
            .args(["-euc", script])
            .current_dir(root())
            .env("TUTORIAL", &name)
            .output()
            .expect("bash");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let expected: Vec<&str> = selection.tutorials().iter().map(|tutorial| tutorial.name()).collect();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected.join(" "), "{name}");
    }
}

#[test]
fn the_load_has_a_scenario_for_each_stream() {
    let scenarios = read("load/scenarios/scenarios.js");
    let tutorials: BTreeSet<&str> =
        scenarios.split("tutorial: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let expected = Tutorial::ALL.into_iter().filter(|tutorial| Stream::of_tutorial(*tutorial).is_some());
    assert_eq!(tutorials, expected.map(Tutorial::name).collect());
}
