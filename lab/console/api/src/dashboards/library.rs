//! The provisioned dashboards, as their files are now.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use dashboards::model::Dashboard;

/// A dashboard with the name of its folder.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) folder: String,
    pub(crate) dashboard: Dashboard,
}

/// All of them, sorted by folder and file; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    folders: BTreeMap<String, Arc<Folder>>,
}

#[derive(Debug)]
struct Folder {
    /// By which a change is seen.
    stamp: Stamp,
    boards: Vec<Arc<Board>>,
}

/// Names, sizes and times of a folder's files.
type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Library {
    /// Reads what has changed since `self` was read, in the folders of `root` that are wanted (in any letter case). A
    /// folder that cannot be read stays as it was; that it cannot is logged once.
    pub(super) fn renewed(&self, root: &Path, wanted: &[&str]) -> Self {
        let mut folders = BTreeMap::new();
        for name in names(root, wanted) {
            let stamp = stamp(&root.join(&name));
            let before = self.folders.get(&name);
            let folder = match before.filter(|folder| folder.stamp == stamp) {
                Some(same) => Arc::clone(same),
                None => Arc::new(read(root, &name, stamp, before.map(Arc::as_ref))),
            };
            folders.insert(name, folder);
        }
        Self { folders }
    }

    pub(crate) fn boards(&self) -> impl Iterator<Item = &Arc<Board>> {
        self.folders.values().flat_map(|folder| &folder.boards)
    }

    /// The first of that uid.
    pub(crate) fn board(&self, uid: &str) -> Option<&Arc<Board>> {
        self.boards().find(|board| board.dashboard.uid == uid)
    }
}

fn read(root: &Path, name: &str, stamp: Stamp, before: Option<&Folder>) -> Folder {
    let boards = match dashboards::load(root, &[&name.to_lowercase()]) {
        Ok(all) => {
            tracing::info!(folder = name, count = all.len(), "dashboards read");
            let board = |dashboard| Arc::new(Board { folder: name.to_owned(), dashboard });
            all.into_iter().map(board).collect()
        }
        Err(error) => {
            tracing::warn!(folder = name, %error, "dashboards cannot be read, keeping those of before");
            before.map(|before| before.boards.clone()).unwrap_or_default()
        }
    };
    Folder { stamp, boards }
}

fn names(root: &Path, wanted: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| wanted.contains(&name.to_lowercase().as_str())).collect()
}

fn stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut stamp: Stamp = entries
        .map(|entry| {
            // Follows links, which a mounted configuration may be made of.
            let data = fs::metadata(entry.path()).ok();
            let modified = data.as_ref().and_then(|data| data.modified().ok());
            (entry.path(), data.map_or(0, |data| data.len()), modified)
        })
        .collect();
    stamp.sort();
    stamp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, title: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let uid = path.file_stem().unwrap().to_str().unwrap();
        fs::write(&path, serde_json::json!({"uid": uid, "title": title}).to_string()).unwrap();
    }

    fn titles(library: &Library) -> Vec<(&str, &str)> {
        library.boards().map(|board| (board.folder.as_str(), board.dashboard.title.as_str())).collect()
    }

    #[test]
    fn what_changes_is_read_anew_and_what_breaks_stays() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        write(root, "Echo/a.json", "A");
        write(root, "lab/b.json", "B");
        write(root, "other/c.json", "C");
        let wanted = ["echo", "lab"];
        let first = Library::default().renewed(root, &wanted);
        assert_eq!(titles(&first), [("Echo", "A"), ("lab", "B")]);
        assert!(first.board("c").is_none(), "not provisioned");

        write(root, "Echo/a.json", "A, longer");
        fs::write(root.join("lab/b.json"), "{").unwrap();
        let second = first.renewed(root, &wanted);
        assert_eq!(titles(&second), [("Echo", "A, longer"), ("lab", "B")]);

        fs::remove_dir_all(root.join("lab")).unwrap();
        assert_eq!(titles(&second.renewed(root, &wanted)), [("Echo", "A, longer")]);
        assert_eq!(titles(&Library::default().renewed(&root.join("none"), &wanted)), []);
    }

    #[test]
    fn what_stays_is_not_read_again() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "echo/a.json", "A");
        let first = Library::default().renewed(root.path(), &["echo"]);
        let second = first.renewed(root.path(), &["echo"]);
        assert!(Arc::ptr_eq(first.board("a").unwrap(), second.board("a").unwrap()));
    }
}
