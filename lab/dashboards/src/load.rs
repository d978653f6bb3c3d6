//! Loads dashboard files from a folder.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{LoadError, model::Dashboard};

/// A dashboard and its file.
#[derive(Clone, Debug)]
pub struct File {
    /// The file.
    pub path: PathBuf,
    /// The file's dashboard.
    pub dashboard: Dashboard,
}

/// Loads the JSON files in the given subfolders of `root`, sorted by folder and file name.
///
/// `folders` are lowercase names. They match in any letter case.
///
/// # Errors
///
/// Returns an error if a folder or file cannot be read, or if a file is not a dashboard.
pub fn load(root: &Path, folders: &[&str]) -> Result<Vec<Dashboard>, LoadError> {
    let mut all = Vec::new();
    for folder in list(root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if folders.contains(&name.as_str()) {
            for file in load_folder(&folder, |text| Cow::Borrowed(text))? {
                all.push(file?.dashboard);
            }
        }
    }
    Ok(all)
}

/// Loads the JSON files in a folder, sorted by name, with `rewrite` applied to the text of each. A file that cannot be loaded does
/// not affect the others.
///
/// # Errors
///
/// Returns an error if the folder cannot be read.
pub fn load_folder(
    folder: &Path,
    rewrite: impl Fn(&str) -> Cow<'_, str>,
) -> Result<Vec<Result<File, LoadError>>, LoadError> {
    let mut paths = list(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    Ok(paths.into_iter().map(|path| read(path, &rewrite)).collect())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let fail = |source| LoadError::File { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(fail)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn read(path: PathBuf, rewrite: impl Fn(&str) -> Cow<'_, str>) -> Result<File, LoadError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(LoadError::File { path, source }),
    };
    // Windows' editors write a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let json: Value = match serde_json::from_str(&rewrite(text)) {
        Ok(json) => json,
        Err(source) => return Err(LoadError::Json { path, source }),
    };
    if let Some(reason) = foreign(&json) {
        return Err(LoadError::Schema { path, reason });
    }
    let mut dashboard = Dashboard::from(json);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    if dashboard.uid.is_empty() {
        dashboard.uid = slug(&name);
    }
    if dashboard.title.is_empty() {
        dashboard.title = name.into_owned();
    }
    Ok(File { path, dashboard })
}

/// Why a file is not a dashboard of the classic schema.
fn foreign(json: &Value) -> Option<&'static str> {
    let body = if json["spec"].is_object() { &json["spec"] } else { json };
    if !json.is_object() {
        Some("not a dashboard: expected a JSON object")
    } else if body["elements"].is_object() && body["panels"].is_null() {
        Some("a dashboard of Grafana's schema v2; export it in the classic schema (v1)")
    } else {
        None
    }
}

/// A uid from a file's name: letters, digits, `-` and `_`, at most 40 as in Grafana.
fn slug(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(keep).take(40).collect()
}
