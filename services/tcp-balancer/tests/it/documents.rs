//! The files that people and the lab start from.

use std::io::Write;
use std::path::Path;

use tcp_balancer::config::{Check, File, Source};
use tempfile::NamedTempFile;

#[test]
fn the_labs_file_is_right() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tcp-balancer/balancer.toml");
    let file = File::read(&file).expect("right");
    let hello = &file.servers["hello"];
    assert_eq!((hello.bind.address().as_str(), hello.max_connections()), ("0.0.0.0:3100", 256));
    assert_eq!(hello.healthcheck.check, Check::Http { path: "/healthz".into() });
    let Source::Static(list) = &hello.discovery.source else { panic!("{:?}", hello.discovery) };
    let targets: Vec<_> = list.iter().map(|listed| listed.target.to_string()).collect();
    assert_eq!(targets, ["hello-influx-1:3000", "hello-influx-2:3000"]);
}

#[test]
fn the_readmes_example_is_right() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(example.as_bytes()).expect("written");
    let file = File::read(file.path()).expect("right");
    assert_eq!(file.servers["hello"].max_connections(), 256);
}
