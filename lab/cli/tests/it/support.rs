//! Helpers of several tests: clients with addresses from flags, and the repository's files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use catalog::Service;
use clap::Parser;
use clients::{Clients, settings::Settings};
use serde_json::Value;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

/// Clients with the addresses in these flags, of which the first is the program's name.
pub(crate) fn clients_from<S: Into<std::ffi::OsString> + Clone>(
    flags: impl IntoIterator<Item = S>,
) -> Clients {
    Clients::new(Flags::parse_from(flags).settings).unwrap()
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn yaml(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The provisioned data sources.
pub(crate) fn data_sources() -> Vec<Value> {
    let folder = fs::read_dir(root().join("grafana/provisioning/datasources")).expect("the data sources");
    let files = folder.map(|file| yaml(&file.expect("a file").path()));
    files.flat_map(|file| list(&file["datasources"]).to_vec()).collect()
}

pub(crate) fn data_source_uids() -> BTreeSet<String> {
    data_sources().iter().map(|source| text(&source["uid"]).to_owned()).collect()
}

/// The default ports by the names of their settings, such as `GRAFANA_PORT`.
pub(crate) fn published_ports() -> BTreeMap<String, String> {
    let ports = Service::ALL.iter().flat_map(|service| service.ports());
    ports.map(|port| (port.setting.into(), port.default.to_string())).collect()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
