//! The lab's configuration file, and the README: its example is valid, its tables are complete.

use std::collections::BTreeSet;
use std::path::Path;

use tcp_balancer::config::{Check, File, Source};

use crate::support::peers::Peer;
use crate::support::{Fixture, hello};

const README: &str = include_str!("../../README.md");

#[test]
fn the_labs_configuration_is_valid() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tcp-balancer/balancer.toml");
    let file = File::read(&file).expect("valid");
    let hello = &file.servers["hello"];
    assert_eq!((hello.bind.address().as_str(), hello.max_connections()), ("0.0.0.0:3100", 256));
    assert_eq!(hello.healthcheck.check, Check::Http { path: "/healthz".into() });
    let Source::Static(list) = &hello.discovery.source else { panic!("{:?}", hello.discovery) };
    let targets: Vec<_> = list.iter().map(|backend| backend.target.to_string()).collect();
    assert_eq!(targets, ["hello-influx-1:3000", "hello-influx-2:3000"]);
}

#[test]
fn the_readmes_example_is_valid() {
    let (_, rest) = README.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let file = File::parse(example).expect("valid");
    assert_eq!(file.servers["hello"].max_connections(), 256);
}

/// The words in backticks in the first columns of the table whose header begins with `header`.
fn first_column(header: &str) -> BTreeSet<&str> {
    let start = README.find(&format!("\n| {header}")).expect(header);
    let rows = README[start + 1..].lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// The keys that the parser expects in a section, from its error for an unknown one.
fn accepted_keys(section: &str) -> BTreeSet<String> {
    let error = File::parse(&format!("[{section}]\nunknown = 1\n")).expect_err(section).message;
    let (_, keys) = error.split_once("expected ").expect("a list of keys");
    keys.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_readme_lists_every_key() {
    let limits = first_column("`[defaults]`");
    let server: BTreeSet<_> = first_column("`[servers.NAME]`").union(&limits).copied().collect();
    let tables = [
        ("defaults", limits),
        ("servers.hello.proxy_protocol", first_column("`[servers.NAME.proxy_protocol]`")),
        ("servers.hello.discovery", first_column("`[servers.NAME.discovery]`")),
        ("servers.hello.healthcheck", first_column("`[servers.NAME.healthcheck]`")),
    ];
    for (section, listed) in tables {
        assert!(accepted_keys(section).iter().map(String::as_str).eq(listed), "{section}");
    }
    let sections = ["proxy_protocol", "discovery", "healthcheck"];
    let expected = accepted_keys("servers.hello");
    let expected: BTreeSet<_> =
        expected.iter().map(String::as_str).filter(|key| !sections.contains(key)).collect();
    assert_eq!(server, expected);
}

#[tokio::test]
async fn the_readme_lists_every_metric() {
    let fixture = Fixture::start(&hello(&[Peer::echo().await.addr], "")).await;
    let page = fixture.scrape().await;
    for family in page.page().families() {
        assert!(README.contains(&format!("`{}`", family.name())), "{} is missing", family.name());
    }
    let words = README.split('`').skip(1).step_by(2);
    for name in words.filter(|word| word.starts_with("gobetween_") || word.starts_with("tcp_balancer_")) {
        assert!(page.page().family(name).is_some(), "{name} does not exist");
    }
}
