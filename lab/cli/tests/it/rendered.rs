//! The configuration that `lab render` writes to a temporary folder.

use std::fs;

use clap::Parser;
use clients::Clients;
use lab::render::{self, RenderError, settings::RenderSettings};

use crate::support::root;

/// The flags of `lab render` and `lab mail`.
#[derive(Parser)]
pub(crate) struct Flags {
    #[command(flatten)]
    pub(crate) common: clients::settings::Settings,
    #[command(flatten)]
    pub(crate) render: RenderSettings,
}

/// The folder `out` with the configuration rendered from the repository, or from `source`.
pub(crate) struct Lab {
    pub(crate) out: tempfile::TempDir,
    pub(crate) source: std::path::PathBuf,
    pub(crate) flags: Vec<String>,
}

impl Lab {
    /// No reader runs, unless `flags` has its address.
    pub(crate) fn new(flags: &[&str]) -> Self {
        let closed =
            ["--prometheus", "--alertmanager", "--grafana"].map(|flag| format!("{flag}=http://127.0.0.1:1"));
        let flags = flags.iter().map(|flag| (*flag).to_owned());
        // The last flag wins.
        let mut all: Vec<String> = closed.into_iter().collect();
        for flag in flags {
            let name = flag.split('=').next().unwrap_or_default().to_owned();
            all.retain(|other| other.split('=').next() != Some(&name));
            all.push(flag);
        }
        Self { out: tempfile::tempdir().unwrap(), source: root(), flags: all }
    }

    pub(crate) async fn render(&self, settings: &[(&str, &str)]) -> Result<(), RenderError> {
        let folders =
            [format!("--source={}", self.source.display()), format!("--out={}", self.out.path().display())];
        let flags = ["lab".to_owned()].into_iter().chain(folders).chain(self.flags.clone());
        let Flags { common, render } = Flags::parse_from(flags);
        let setting = |name: &str| {
            settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        render::run(&Clients::new(common).unwrap(), &render, setting).await
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.out.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries =
            fs::read_dir(self.out.path().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
