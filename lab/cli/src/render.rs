//! Renders the configuration that depends on settings, one folder per reader, and reloads the readers that run.

pub mod files;
pub mod readers;
pub mod reload;
pub mod settings;

use std::{fs, io, path::PathBuf};

use clients::Clients;

use self::{
    files::Files,
    readers::SourceError,
    reload::{Reader, ReloadError, Target},
    settings::{Published, RenderSettings, SettingError, Smtp},
};

/// Why the configuration could not be rendered or loaded.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Settings that cannot be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<SettingError>),
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
    let password = read_password(settings)?;
    let smtp = Smtp::new(common, settings, &password);
    let published = Published::new(common.tutorial, &settings.grafana_url, setting);
    let (smtp, published) = match (smtp, published) {
        (Ok(smtp), Ok(published)) => (smtp, published),
        (smtp, published) => {
            let errors = [smtp.err(), published.err()].into_iter().flatten().flatten();
            return Err(RenderError::Settings(errors.collect()));
        }
    };

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
            readers::grafana(&settings.source, &published, &smtp)?,
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
            Ok(true) => println!("reloaded {:?}", target.reader),
            Ok(false) => {}
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(RenderError::Reload(errors)) }
}

/// Writes the files and reloads the reader. If it refuses them, writes the previous ones back.
async fn replace(
    clients: &Clients,
    target: &Target<'_>,
    files: &Files,
) -> Result<Result<bool, ReloadError>, RenderError> {
    let fail = |source| RenderError::File { path: target.folder.to_owned(), source };
    fs::create_dir_all(target.folder).map_err(fail)?;
    let previous = Files::read(target.folder).map_err(fail)?;
    files.write(target.folder).map_err(fail)?;
    let reloaded = target.reload_if_older(&clients.fetch).await;
    if reloaded.is_err() {
        previous.write(target.folder).map_err(fail)?;
        // Clears the reader's own record of a failed reload.
        let _ = target.reload(&clients.fetch).await;
    }
    Ok(reloaded)
}

fn read_password(settings: &RenderSettings) -> Result<String, RenderError> {
    match fs::read_to_string(&settings.smtp_password) {
        Ok(password) => Ok(password),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(RenderError::File { path: settings.smtp_password.clone(), source }),
    }
}
