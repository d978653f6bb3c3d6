#![doc = include_str!("../README.md")]

pub mod answer;
pub mod config;
pub mod duration;
pub mod frame;
pub mod head;
pub mod interpolate;
pub mod interval;
pub mod kind;
pub mod link;
pub mod model;
pub mod options;
pub mod queries;
mod read;
pub mod reduce;
pub mod scope;
pub mod time;
mod transform;
pub mod variables;
pub mod view;

use std::path::{Path, PathBuf};

/// What a dashboard says that cannot be followed here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(pub String);

/// A dashboard's file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file system refused.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not a dashboard.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        source: serde_json::Error,
    },
}

/// Reads the dashboards of the named folders in `root` (in any letter case), sorted by folder and file name.
pub fn load(root: &Path, folders: &[&str]) -> Result<Vec<model::Dashboard>, LoadError> {
    let mut paths = Vec::new();
    for folder in list(root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if folders.contains(&name.as_str()) {
            paths.extend(list(&folder)?);
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.iter().map(|path| read(path)).collect()
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let fail = |source| LoadError::File { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(fail)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<model::Dashboard, LoadError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| LoadError::File { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| LoadError::Json { path: path.to_owned(), source })
}
