//! The tutorials in the k6 scenarios.

use std::collections::BTreeSet;

use catalog::{Stream, Tutorial};

use crate::support::read;

#[test]
fn the_load_has_a_scenario_for_each_stream() {
    let scenarios = read("load/scenarios/scenarios.js");
    let tutorials: BTreeSet<&str> =
        scenarios.split("tutorial: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let expected = Tutorial::ALL.into_iter().filter(|tutorial| Stream::of_tutorial(*tutorial).is_some());
    assert_eq!(tutorials, expected.map(Tutorial::name).collect());
}
