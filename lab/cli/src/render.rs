//! Renders the configuration that depends on settings, one folder per reader, and reloads the readers that run.

mod delays;
pub mod files;
pub mod published;
pub mod readers;
pub mod reload;
pub mod settings;
pub mod smtp;

use std::{fs, io, path::PathBuf};

use clients::Clients;

use crate::mail::{self, Extent, error::MailError};

use self::{
    files::Files,
    readers::SourceError,
    reload::{Reader, ReloadError, Target},
    settings::{RenderSettings, SettingError},
    smtp::Smtp,
};

/// Why the configuration could not be rendered or loaded.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Settings that cannot be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<SettingError>),
    /// The mail server refuses the account.
    #[error(transparent)]
    Login(MailError),
    /// A source cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Readers run with an older configuration.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Reload(Vec<ReloadError>),
}

/// Renders all configuration, and prints what was reloaded. A reader that refuses its new configuration keeps the old one,
/// in its memory and on disk.
///
/// # Errors
///
/// See [`RenderError`]. Nothing is written if a setting or a source cannot be used.
pub async fn run(
    clients: &Clients,
    settings: &RenderSettings,
    setting: impl Fn(&str) -> Option<String>,
) -> Result<(), RenderError> {
    let common = &clients.settings;
    let (smtp, published) = settings::check(common, settings, setting).map_err(RenderError::Settings)?;
    refuse_wrong_password(&smtp).await?;

    let folder = |name: &str| settings.out.join(name);
    let target =
        |reader, url, folder| Target { reader, url, folder, password: &settings.grafana_admin_password };
    let (prometheus, alertmanager, grafana) =
        (folder("prometheus"), folder("alertmanager"), folder("grafana"));
    let rendered = [
        (
            target(Reader::Prometheus, &common.prometheus, &prometheus),
            readers::prometheus(&settings.source, &published)?,
        ),
        (
            target(Reader::Alertmanager, &common.alertmanager, &alertmanager),
            readers::alertmanager(&settings.source, &smtp)?,
        ),
        (
            target(Reader::Grafana, &common.grafana, &grafana),
            readers::grafana(&settings.source, &published, &smtp, &settings.grafana_admin_password)?,
        ),
    ];

    let balancer = folder("balancer");
    let fail = |source| RenderError::File { path: balancer.clone(), source };
    fs::create_dir_all(&balancer).map_err(fail)?;
    let token = Files::read(&balancer).and_then(|present| readers::balancer(&present)).map_err(fail)?;
    token.write(&balancer).map_err(fail)?;

    let mut errors = Vec::new();
    for (target, files) in &rendered {
        match replace(clients, target, files).await? {
            Ok(Applied::Reloaded) => println!("reloaded {}", target.reader.name()),
            Ok(Applied::Restarts) => println!("{} restarts with its new settings", target.reader.name()),
            Ok(Applied::Unchanged) => {}
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(RenderError::Reload(errors)) }
}

/// What a reader did with its files.
enum Applied {
    /// They are what it runs with, or will start with.
    Unchanged,
    Reloaded,
    /// It restarts by itself.
    Restarts,
}

/// Writes the files and reloads the reader. If it refuses them, writes the previous ones back.
async fn replace(
    clients: &Clients,
    target: &Target<'_>,
    files: &Files,
) -> Result<Result<Applied, ReloadError>, RenderError> {
    let fail = |source| RenderError::File { path: target.folder.to_owned(), source };
    fs::create_dir_all(target.folder).map_err(fail)?;
    let previous = Files::read(target.folder).map_err(fail)?;
    let has_changed = files.write(target.folder).map_err(fail)?;
    let restarts = target.reader.read_at_start().iter().any(|path| previous.differs(files, path));
    if restarts && target.is_running(&clients.fetch).await {
        return Ok(Ok(Applied::Restarts));
    }
    let reloaded = target.reload_if_older(&clients.fetch, has_changed).await;
    if reloaded.is_err() {
        previous.write(target.folder).map_err(fail)?;
        // Clears the reader's own record of a failed reload.
        let _ = target.reload(&clients.fetch).await;
    }
    Ok(reloaded.map(|reloaded| if reloaded { Applied::Reloaded } else { Applied::Unchanged }))
}

/// Tries a login once. Alertmanager would repeat a refused one until the provider locks the account. Any other problem may
/// pass: it delays mails, and `make mail` shows it.
async fn refuse_wrong_password(smtp: &Smtp) -> Result<(), RenderError> {
    if smtp.is_own_mailbox() || smtp.username.is_empty() {
        return Ok(());
    }
    match mail::deliver(smtp, Extent::Login, &|_| {}).await {
        Err(error) if error.problem.is_refused_login() => Err(RenderError::Login(error)),
        _ => Ok(()),
    }
}
