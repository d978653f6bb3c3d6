//! The repository's documents, as the console shows them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use catalog::{Selection, Tutorial};
use proptest::prelude::*;
use serde_json::Value;

use super::button::ButtonAction;
use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn text(tutorial: Tutorial) -> String {
    std::fs::read_to_string(root().join("docs").join(tutorial.name()).with_extension("md")).unwrap()
}

fn blocks(tutorial: Tutorial) -> Vec<Block> {
    blocks::parse(&text(tutorial), &Addresses::new(&[]), Selection::All).blocks
}

/// Dashboard and number of each panel in the folder.
fn panels() -> BTreeSet<(String, u64)> {
    let mut panels = BTreeSet::new();
    for tutorial in Tutorial::ALL {
        let folder = root().join("grafana/dashboards").join(tutorial.name());
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let dashboard: Value = serde_json::from_str(&text).unwrap();
            for panel in dashboard["panels"].as_array().unwrap() {
                panels.insert((dashboard["uid"].as_str().unwrap().to_owned(), panel["id"].as_u64().unwrap()));
            }
        }
    }
    panels
}

#[test]
fn every_document_has_two_to_five_existing_panels() {
    let known = panels();
    for tutorial in TUTORIALS {
        let shown: Vec<(String, u64)> = blocks(tutorial)
            .into_iter()
            .filter_map(|block| match block {
                Block::Panel { dashboard, panel } => Some((dashboard, panel)),
                _ => None,
            })
            .collect();
        assert!((2..=5).contains(&shown.len()), "{}: {shown:?}", tutorial.name());
        assert_eq!(
            shown.len(),
            text(tutorial).matches("<!--").count(),
            "{}: a comment is not a panel",
            tutorial.name()
        );
        for panel in shown {
            assert!(known.contains(&panel), "{}: there is no panel {panel:?}", tutorial.name());
        }
    }
}

#[test]
fn every_command_of_a_listing_is_a_block() {
    for tutorial in TUTORIALS {
        let listed = text(tutorial).lines().filter(|line| line.starts_with("$ ")).count();
        let named = |command: &str| command.starts_with("make alert FAULT=");
        let commands = blocks(tutorial).into_iter().filter(
            |block| matches!(block, Block::Command { command, .. } if !named(command) && !command.contains('\n')),
        );
        assert_eq!(commands.count(), listed, "{}", tutorial.name());
    }
}

#[test]
fn each_tutorial_has_the_expected_buttons() {
    let buttons = |tutorial| -> Vec<&'static str> {
        let buttons = blocks(tutorial).into_iter().filter_map(|block| match block {
            Block::Command { action: button, .. } => button,
            _ => None,
        });
        let name = |action: &ButtonAction| match action {
            ButtonAction::Action { name, .. } | ButtonAction::Fault { name } => *name,
            ButtonAction::Load { streams, .. } => streams[0],
        };
        buttons.map(|button| name(&button.action)).collect()
    };
    assert_eq!(buttons(Tutorial::Echo), ["echo", "echoes", "errors", "echo"]);
    assert_eq!(buttons(Tutorial::Sink), ["echo"]);
    assert_eq!(
        buttons(Tutorial::Order),
        ["order", "orders", "invalid-order", "order", "order-slow", "order-failures"]
    );
    assert_eq!(buttons(Tutorial::Balancer), ["hello", "hellos", "balancer-full"]);
    assert_eq!(buttons(Tutorial::Influx), ["hello", "slow-hello", "hellos", "hello-slow"]);
}

#[test]
fn a_fault_that_needs_docker_has_no_button() {
    let silent = blocks(Tutorial::Sink).into_iter().find_map(|block| match block {
        Block::Command { command, output, action } if command == "make alert FAULT=silent" => {
            Some((output, action))
        }
        _ => None,
    });
    assert_eq!(silent, Some((None, None)));
}

#[test]
fn no_document_contains_raw_html_or_styles() {
    for tutorial in TUTORIALS {
        for block in blocks(tutorial) {
            let Block::Html { html } = block else { continue };
            for forbidden in ["<!--", "<script", "style=", "<h1", "href=\"..", ".md\""] {
                assert!(!html.contains(forbidden), "{}: {forbidden} in {html}", tutorial.name());
            }
        }
    }
}

proptest! {
    #[test]
    fn raw_html_never_reaches_the_page(markdown in "([a-z ]|<script>|</b|<!--|-->|<a href=x onclick=y>|`|\n|\\$ |\\||#|\\[|\\]\\(javascript:x\\)|```console\n|> |- ){0,40}") {
        for block in blocks::parse(&markdown, &Addresses::new(&[]), Selection::All).blocks {
            if let Block::Html { html } = block {
                prop_assert!(!["<script", "<!--", "<a href=x", "javascript:x\""].iter().any(|raw| html.contains(raw)), "{}", html);
            }
        }
    }

    #[test]
    fn every_line_of_a_listing_is_a_command_or_output(lines in proptest::collection::vec("[a-z]{1,5}", 0..6), printed in proptest::collection::vec("[a-z]{0,5}", 0..4)) {
        let text: String = lines.iter().map(|line| format!("$ {line}\n{}\n", printed.join("\n"))).collect();
        let listed = shell::commands(&text);
        prop_assert_eq!(listed.iter().map(|one| &one.command).collect::<Vec<_>>(), lines.iter().collect::<Vec<_>>());
        let expected = Some(printed.join("\n"));
        prop_assert!(listed.iter().all(|one| one.output == expected));
    }
}
