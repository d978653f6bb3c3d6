//! Grafana's provisioned alert rules as files, and whether their conditions hold now.
//!
//! Where Grafana is absent, this asks the data source what Grafana would, and judges the answer as the rule says. What a
//! file says that this does not know is an error that names it.

pub mod condition;
pub mod evaluate;
pub mod model;

use std::path::{Path, PathBuf};

use self::model::{File, Rule};

/// A rule file that cannot be read.
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
    /// Not a file of Grafana's alerting.
    #[error("{path}: {reason}")]
    Yaml {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        reason: String,
    },
    /// No file has it.
    #[error("no rule {title} in {folder}")]
    Missing {
        /// The rule.
        title: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
}

/// Reads the rules of all files in a folder; files of contact points and the like have none.
pub fn load(folder: &Path) -> Result<Vec<Rule>, LoadError> {
    let fail = |source| LoadError::File { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(fail)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let mut rules = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| LoadError::File { path: path.clone(), source })?;
        let file: File = serde_saphyr::from_str(&text)
            .map_err(|error| LoadError::Yaml { path: path.clone(), reason: error.to_string() })?;
        for group in file.groups {
            rules.extend(
                group.rules.into_iter().map(|rule| Rule { interval: group.interval.clone(), ..rule }),
            );
        }
    }
    Ok(rules)
}

/// The rule of that title.
pub fn find(folder: &Path, title: &str) -> Result<Rule, LoadError> {
    let rule = load(folder)?.into_iter().find(|rule| rule.title == title);
    rule.ok_or_else(|| LoadError::Missing { title: title.to_owned(), folder: folder.to_owned() })
}
