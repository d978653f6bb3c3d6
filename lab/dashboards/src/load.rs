//! Loads dashboard files from a folder.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use crate::{LoadError, model::Dashboard};

/// Loads the JSON files in the given subfolders of `root`, sorted by folder and file name.
///
/// `folders` are lowercase names. They match in any letter case.
///
/// # Errors
///
/// Returns an error if a folder or file cannot be read, or if a file is not a dashboard.
pub fn load(root: &Path, folders: &[&str]) -> Result<Vec<Dashboard>, LoadError> {
    load_rewritten(root, folders, |text| Cow::Borrowed(text))
}

/// As [`load`], with `rewrite` applied to the text of each file.
///
/// # Errors
///
/// See [`load`].
pub fn load_rewritten(
    root: &Path,
    folders: &[&str],
    rewrite: impl Fn(&str) -> Cow<'_, str>,
) -> Result<Vec<Dashboard>, LoadError> {
    let mut paths = Vec::new();
    for folder in list(root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if folders.contains(&name.as_str()) {
            paths.extend(list(&folder)?);
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.iter().map(|path| read(path, &rewrite)).collect()
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let fail = |source| LoadError::File { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(fail)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path, rewrite: impl Fn(&str) -> Cow<'_, str>) -> Result<Dashboard, LoadError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| LoadError::File { path: path.to_owned(), source })?;
    serde_json::from_str(&rewrite(&text)).map_err(|source| LoadError::Json { path: path.to_owned(), source })
}
