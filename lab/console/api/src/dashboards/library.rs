//! The provisioned dashboards, reread when their files change.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use catalog::folders;
use clients::settings::Settings;
use dashboards::model::Dashboard;
use dashboards::{File, LoadError};
use http::StatusCode;
use kit::problem::Problem;
use parking_lot::RwLock;
use tokio::time::{MissedTickBehavior, interval};

use crate::addresses::Addresses;

/// How often the files are checked for changes.
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);

/// The current dashboards; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    snapshot: Arc<RwLock<Snapshot>>,
    /// The dashboards' links have default addresses.
    addresses: Arc<Addresses>,
}

/// The dashboards at one time, sorted by folder and file; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    folders: BTreeMap<String, Arc<Folder>>,
}

/// A dashboard and the name of its folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) folder: String,
    pub(crate) dashboard: Dashboard,
    file: PathBuf,
}

/// A file without a dashboard in the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) folder: String,
    /// Name, without the folder.
    pub(crate) file: String,
    pub(crate) reason: String,
}

#[derive(Debug, Default)]
struct Folder {
    stamp: Stamp,
    entries: Vec<Arc<Entry>>,
    unread: Vec<Unread>,
}

/// Paths, sizes and modification times of a folder's files; a different stamp means that a file changed.
type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Library {
    /// Reads the dashboards of the started tutorials.
    pub(crate) fn load(settings: &Settings, addresses: Addresses) -> Self {
        let snapshot = refresh(&Snapshot::default(), settings, &addresses);
        if snapshot.entries().next().is_none() {
            tracing::warn!(folder = %settings.dashboards.display(), "no dashboards");
        }
        Self { snapshot: Arc::new(RwLock::new(snapshot)), addresses: Arc::new(addresses) }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot.read().clone()
    }

    /// The dashboard with this uid, or a 404.
    pub(super) fn find(&self, uid: &str) -> Result<Arc<Entry>, Problem> {
        let entry = self.snapshot.read().entry(uid).cloned();
        entry.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no dashboard {uid:?}")))
    }
}

/// Refreshes the library.
pub(crate) async fn run(settings: Settings, library: Library) {
    let mut ticks = interval(REFRESH_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (previous, settings, addresses) =
            (library.snapshot(), settings.clone(), Arc::clone(&library.addresses));
        let refreshed = tokio::task::spawn_blocking(move || refresh(&previous, &settings, &addresses));
        if let Ok(snapshot) = refreshed.await {
            *library.snapshot.write() = snapshot;
        }
    }
}

fn refresh(snapshot: &Snapshot, settings: &Settings, addresses: &Addresses) -> Snapshot {
    let names = [&settings.tutorial.dashboard_folders()[..], &[folders::OWN]].concat();
    snapshot.refreshed(&settings.dashboards, &names, addresses)
}

impl Snapshot {
    /// Rereads the changed ones of `folders` in `root`, whose names are compared without case. A folder or file that cannot be
    /// read keeps its previous dashboards, is listed as unread, and is logged once.
    fn refreshed(&self, root: &Path, folders: &[&str], addresses: &Addresses) -> Self {
        let mut refreshed = BTreeMap::new();
        for name in existing(root, folders) {
            let stamp = stamp(&root.join(&name));
            let previous = self.folders.get(&name);
            let folder = match previous.filter(|folder| folder.stamp == stamp) {
                Some(unchanged) => Arc::clone(unchanged),
                None => Arc::new(read(root, &name, stamp, previous.map(Arc::as_ref), addresses)),
            };
            refreshed.insert(name, folder);
        }
        Self { folders: refreshed }
    }

    /// The dashboards. Of several with the same uid, the first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        let mut uids = HashSet::new();
        self.all().filter(move |entry| uids.insert(entry.dashboard.uid.as_str()))
    }

    /// The files whose current content is not a dashboard of the library, with the reason.
    pub(crate) fn unread(&self) -> Vec<Unread> {
        let mut unread: Vec<Unread> =
            self.folders.values().flat_map(|folder| folder.unread.clone()).collect();
        let mut first: HashMap<&str, &Entry> = HashMap::new();
        for entry in self.all() {
            let uid = entry.dashboard.uid.as_str();
            if let Some(first) = first.get(uid) {
                let reason = format!("its uid {uid:?} is that of {}/{}", first.folder, name(&first.file));
                unread.push(Unread { folder: entry.folder.clone(), file: name(&entry.file), reason });
            } else {
                first.insert(uid, entry);
            }
        }
        unread
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.folders.values().flat_map(|folder| &folder.entries)
    }

    /// The first dashboard with this uid.
    fn entry(&self, uid: &str) -> Option<&Arc<Entry>> {
        self.all().find(|entry| entry.dashboard.uid == uid)
    }
}

fn read(root: &Path, name: &str, stamp: Stamp, previous: Option<&Folder>, addresses: &Addresses) -> Folder {
    let title = folders::title(name);
    let previous = previous.map(|folder| folder.entries.as_slice()).unwrap_or_default();
    let mut folder = Folder { stamp, ..Folder::default() };
    match dashboards::load_folder(&root.join(name), |text| addresses.published(text)) {
        Ok(files) => {
            for file in files {
                match file {
                    Ok(File { path, dashboard }) => {
                        folder.entries.push(Arc::new(Entry { folder: title.clone(), dashboard, file: path }));
                    }
                    Err(error) => {
                        let kept = previous.iter().find(|entry| entry.file == error.path()).cloned();
                        folder.entries.extend(kept);
                        folder.unread.push(unread(&title, &error));
                    }
                }
            }
            tracing::info!(folder = name, count = folder.entries.len(), "dashboards read");
        }
        Err(error) => {
            folder.entries = previous.to_vec();
            folder.unread.push(unread(&title, &error));
        }
    }
    folder
}

fn unread(folder: &str, error: &LoadError) -> Unread {
    tracing::warn!(%error, "cannot read dashboards; keeping the previous ones");
    Unread { folder: folder.to_owned(), file: name(error.path()), reason: error.reason() }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names of those of `folders` that exist in `root`, as they are spelled there.
fn existing(root: &Path, folders: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| folders.contains(&name.to_lowercase().as_str())).collect()
}

fn stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut stamp: Stamp = entries
        .map(|entry| {
            // `fs::metadata` follows symbolic links, of which a mounted ConfigMap consists.
            let metadata = fs::metadata(entry.path()).ok();
            let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            (entry.path(), metadata.map_or(0, |metadata| metadata.len()), modified)
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

    fn titles(snapshot: &Snapshot) -> Vec<(&str, &str)> {
        snapshot.entries().map(|entry| (entry.folder.as_str(), entry.dashboard.title.as_str())).collect()
    }

    #[test]
    fn rereads_changed_folders_and_keeps_the_dashboards_of_broken_ones() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        write(root, "Echo/a.json", "A");
        write(root, "lab/b.json", "B");
        write(root, "other/c.json", "C");
        let folders = ["echo", "lab"];
        let first = Snapshot::default().refreshed(root, &folders, &Addresses::new(&[]));
        assert_eq!(titles(&first), [("Echo", "A"), ("Lab", "B")]);
        assert!(first.entry("c").is_none(), "not provisioned");

        write(root, "Echo/a.json", "A, longer");
        fs::write(root.join("lab/b.json"), "{").unwrap();
        let second = first.refreshed(root, &folders, &Addresses::new(&[]));
        assert_eq!(titles(&second), [("Echo", "A, longer"), ("Lab", "B")]);

        fs::remove_dir_all(root.join("lab")).unwrap();
        assert_eq!(titles(&second.refreshed(root, &folders, &Addresses::new(&[]))), [("Echo", "A, longer")]);
        assert_eq!(
            titles(&Snapshot::default().refreshed(&root.join("none"), &folders, &Addresses::new(&[]))),
            []
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_listed_and_costs_only_itself() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        write(root, "own/a.json", "A");
        write(root, "own/e.json", "E");
        fs::write(root.join("own/b.json"), "{").unwrap();
        let v2 = serde_json::json!({"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard",
            "spec": {"title": "V2", "elements": {}, "layout": {"kind": "GridLayout"}}});
        fs::write(root.join("own/c.json"), v2.to_string()).unwrap();
        fs::write(root.join("own/d.json"), r#"{"uid": "a", "title": "Another A"}"#).unwrap();
        fs::write(root.join("own/f.json"), b"{\"title\": \"\xff\"}").unwrap();
        fs::create_dir(root.join("own/g.json")).unwrap();
        let snapshot = Snapshot::default().refreshed(root, &["own"], &Addresses::new(&[]));
        assert_eq!(titles(&snapshot), [("Own", "A"), ("Own", "E")]);
        let unread: BTreeMap<String, String> =
            snapshot.unread().into_iter().map(|unread| (unread.file, unread.reason)).collect();
        assert_eq!(unread.keys().collect::<Vec<_>>(), ["b.json", "c.json", "d.json", "f.json", "g.json"]);
        assert!(unread["b.json"].starts_with("not JSON: EOF"), "{unread:?}");
        assert!(unread["c.json"].contains("schema v2"), "{unread:?}");
        assert_eq!(unread["d.json"], "its uid \"a\" is that of Own/a.json");

        fs::write(root.join("own/b.json"), r#"{"uid": "b", "title": "B"}"#).unwrap();
        fs::write(root.join("own/e.json"), "[1]").unwrap();
        let repaired = snapshot.refreshed(root, &["own"], &Addresses::new(&[]));
        assert_eq!(titles(&repaired), [("Own", "A"), ("Own", "B"), ("Own", "E")], "E is the previous one");
        assert!(repaired.unread().iter().any(|unread| unread.file == "e.json"));
        assert!(repaired.unread().iter().all(|unread| unread.file != "b.json"));
    }

    #[test]
    fn a_dashboard_without_a_uid_has_one_from_its_file() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("own")).unwrap();
        fs::write(root.path().join("own/My Tea.json"), r#"{"uid": null, "title": "Tea"}"#).unwrap();
        let snapshot = Snapshot::default().refreshed(root.path(), &["own"], &Addresses::new(&[]));
        assert_eq!(snapshot.entry("my-tea").unwrap().dashboard.title, "Tea");
    }

    #[test]
    fn links_use_the_published_addresses() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "own/a.json", "http://127.0.0.1:9090/alerts, http://127.0.0.1:1080");
        let addresses = Addresses::new(&[("prometheus", Some("http://lab.example:19090"))]);
        let snapshot = Snapshot::default().refreshed(root.path(), &["own"], &addresses);
        assert_eq!(titles(&snapshot), [("Own", "http://lab.example:19090/alerts, http://127.0.0.1:1080")]);
    }

    #[test]
    fn does_not_reread_unchanged_folders() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "echo/a.json", "A");
        let first = Snapshot::default().refreshed(root.path(), &["echo"], &Addresses::new(&[]));
        let second = first.refreshed(root.path(), &["echo"], &Addresses::new(&[]));
        assert!(Arc::ptr_eq(first.entry("a").unwrap(), second.entry("a").unwrap()));
    }
}
