//! Finds the proxies' programs.

use std::env;
use std::path::{Path, PathBuf};

use crate::subject::Subject;

/// Directories that a user's PATH may lack.
const SYSTEM: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The installed programs.
pub(crate) struct Programs {
    balancer: Option<PathBuf>,
    haproxy: Option<PathBuf>,
    nginx: Option<PathBuf>,
    envoy: Option<PathBuf>,
}

impl Programs {
    /// Finds the other proxies on PATH, and the balancer in this program's directory unless `balancer` is given.
    pub(crate) fn find(balancer: Option<PathBuf>) -> anyhow::Result<Self> {
        let beside = env::current_exe()?.with_file_name(Subject::Balancer.program());
        Ok(Self {
            balancer: balancer.or_else(|| beside.is_file().then_some(beside)),
            haproxy: find("haproxy"),
            nginx: find("nginx"),
            envoy: env::var_os("ENVOY").map(PathBuf::from).or_else(|| find("envoy")),
        })
    }

    pub(crate) fn of(&self, subject: Subject) -> Option<&Path> {
        match subject {
            Subject::Balancer => self.balancer.as_deref(),
            Subject::HaproxyCopying | Subject::HaproxySplicing => self.haproxy.as_deref(),
            Subject::NginxSmall | Subject::NginxLarge => self.nginx.as_deref(),
            Subject::Envoy => self.envoy.as_deref(),
        }
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(SYSTEM.map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
