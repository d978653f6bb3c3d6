//! A reader's folder of configuration: compared with what it holds, and replaced.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

/// Suffix of a file that is being written.
const NEW: &str = ".new";

/// The files of a folder, by their paths in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Folder,
    File { content: Vec<u8>, secret_of: Option<u32> },
}

impl Files {
    /// Adds a file that everybody may read.
    pub fn add(&mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), Entry::File { content: content.into(), secret_of: None });
    }

    /// Adds a file that only the user with the id `owner` may read.
    pub fn add_secret(&mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>, owner: u32) {
        self.0.insert(path.into(), Entry::File { content: content.into(), secret_of: Some(owner) });
    }

    /// Adds an empty folder.
    pub fn add_folder(&mut self, path: impl Into<PathBuf>) {
        self.0.insert(path.into(), Entry::Folder);
    }

    /// The content of a file, as text.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        match self.0.get(Path::new(path))? {
            Entry::File { content, .. } => std::str::from_utf8(content).ok(),
            Entry::Folder => None,
        }
    }

    /// The paths, sorted.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        self.0.keys().map(PathBuf::as_path).collect()
    }

    /// Whether a file differs from the other folder's.
    #[must_use]
    pub fn differs(&self, other: &Self, path: &str) -> bool {
        self.0.get(Path::new(path)) != other.0.get(Path::new(path))
    }

    /// Reads the folder. A file that only its owner may read is a secret. Files whose names start with a dot are not among
    /// the configuration, and are ignored.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut files = Self::default();
        files.read_into(folder, Path::new(""))?;
        Ok(files)
    }

    fn read_into(&mut self, root: &Path, below: &Path) -> io::Result<()> {
        let mut is_empty = true;
        for entry in fs::read_dir(root.join(below))? {
            let entry = entry?;
            if is_hidden(&entry) {
                continue;
            }
            let path = below.join(entry.file_name());
            is_empty = false;
            if root.join(&path).is_dir() {
                self.read_into(root, &path)?;
            } else {
                let metadata = fs::metadata(root.join(&path))?;
                let secret_of = (metadata.mode() & 0o077 == 0).then(|| metadata.uid());
                let content = fs::read(root.join(&path))?;
                self.0.insert(path, Entry::File { content, secret_of });
            }
        }
        if is_empty && below != Path::new("") {
            self.add_folder(below);
        }
        Ok(())
    }

    /// Makes the folder equal to these files, and returns whether a file has changed. Files with the same content stay
    /// untouched, so that modification times tell what has changed. Each file is replaced at once.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be written, and may then have replaced others.
    pub fn write(&self, folder: &Path) -> io::Result<bool> {
        let present = Self::read(folder)?;
        let mut has_changed = false;
        for (path, entry) in &self.0 {
            let target = folder.join(path);
            match entry {
                Entry::Folder => fs::create_dir_all(&target)?,
                Entry::File { content, secret_of } => {
                    if present.0.get(path).is_some_and(|present| present.has_content(content)) {
                        continue;
                    }
                    if let Some(parent) = target.parent() {
                        fs::create_dir_all(parent)?;
                    }
                    let mut new = target.clone().into_os_string();
                    new.push(NEW);
                    write_file(Path::new(&new), content, *secret_of)?;
                    fs::rename(&new, &target)?;
                    has_changed = true;
                }
            }
        }
        for path in present.0.keys().filter(|path| !self.0.contains_key(*path)) {
            self.remove(folder, path)?;
            has_changed = true;
        }
        Ok(has_changed)
    }

    /// Removes a file or an empty folder, and the folders that are empty then and not among these files.
    fn remove(&self, folder: &Path, path: &Path) -> io::Result<()> {
        let target = folder.join(path);
        if !target.is_dir() {
            remove_if_present(&target)?;
        }
        for parent in path.ancestors().filter(|parent| *parent != Path::new("")) {
            let is_used = self.0.keys().any(|used| used.starts_with(parent));
            if is_used || (folder.join(parent).is_dir() && fs::remove_dir(folder.join(parent)).is_err()) {
                break;
            }
        }
        Ok(())
    }
}

impl Entry {
    fn has_content(&self, other: &[u8]) -> bool {
        matches!(self, Self::File { content, .. } if content == other)
    }
}

/// Whether the name starts with a dot.
pub(super) fn is_hidden(entry: &fs::DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn write_file(path: &Path, content: &[u8], secret_of: Option<u32>) -> io::Result<()> {
    // A previous run that was killed may have left the file with another owner.
    remove_if_present(path)?;
    fs::write(path, content)?;
    let Some(owner) = secret_of else {
        return fs::set_permissions(path, fs::Permissions::from_mode(0o644));
    };
    fs::set_permissions(path, fs::Permissions::from_mode(0o400))?;
    // Only root can give a file away.
    match chown(path, Some(owner), None) {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}

fn remove_if_present(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        let mut files = Files::default();
        for (path, content) in entries {
            files.add(*path, *content);
        }
        files
    }

    #[test]
    fn a_folder_becomes_equal_to_the_files_and_unchanged_files_stay_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        files(&[("a", "1"), ("sub/b", "2"), ("old/c/d", "3")]).write(folder).unwrap();
        let modified = |path: &str| fs::metadata(folder.join(path)).unwrap().modified().unwrap();
        let before = modified("a");
        assert!(!files(&[("a", "1"), ("sub/b", "2"), ("old/c/d", "3")]).write(folder).unwrap());

        let mut changed = files(&[("a", "1"), ("sub/b", "two"), ("e", "4")]);
        changed.add_folder("plugins");
        assert!(changed.write(folder).unwrap());
        assert_eq!(Files::read(folder).unwrap(), changed);
        assert_eq!(modified("a"), before);
        assert!(!folder.join("old").exists());
    }

    #[test]
    fn what_was_read_can_be_written_back() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        files(&[("rules.d/a.yaml", "good")]).write(folder).unwrap();
        let previous = Files::read(folder).unwrap();
        files(&[("rules.d/a.yaml", "bad"), ("rules.d/b.yaml", "bad")]).write(folder).unwrap();
        previous.write(folder).unwrap();
        assert_eq!(Files::read(folder).unwrap().text("rules.d/a.yaml"), Some("good"));
        assert_eq!(Files::read(folder).unwrap(), previous);
    }

    #[test]
    fn only_the_owner_may_read_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let mut secret = Files::default();
        secret.add_secret("password", "p", 65534);
        secret.write(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join("password")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o400);

        let previous = Files::read(folder.path()).unwrap();
        secret.add_secret("password", "changed", 65534);
        secret.write(folder.path()).unwrap();
        previous.write(folder.path()).unwrap();
        assert_eq!(Files::read(folder.path()).unwrap(), previous);
    }
}
