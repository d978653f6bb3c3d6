//! What each reader's folder contains.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use catalog::folders;
use serde_json::Value;

use super::{
    delays::Delays,
    files::Files,
    published::Published,
    smtp::{Encryption, Smtp},
};

/// The user ids of the readers, which alone may read the secrets.
const ALERTMANAGER_USER: u32 = 65534;
const GRAFANA_USER: u32 = 472;
const BALANCER_USER: u32 = 65532;

/// Why configuration could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A source cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The source.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file of the user's own is neither a scrape configuration nor a list of rules.
    #[error("{path}: {reason}")]
    Own {
        /// The file.
        path: PathBuf,
        /// The violation.
        reason: String,
    },
    /// The template has a placeholder without a value.
    #[error("{path}: {placeholder} has no value")]
    Placeholder {
        /// The template.
        path: PathBuf,
        /// The placeholder.
        placeholder: String,
    },
}

/// Prometheus: the selected tutorials' scrape jobs and rules, and the user's own.
///
/// # Errors
///
/// See [`SourceError`].
pub fn prometheus(source: &Path, published: &Published) -> Result<Files, SourceError> {
    let folder = source.join("prometheus");
    let mut files = Files::default();
    let main = read(&folder.join("prometheus.yaml"))?;
    files.add("prometheus.yaml", main.replace("${GRAFANA_URL}", published.dashboards()));
    files.add_folder("scrape.d");
    files.add_folder("rules.d");
    for tutorial in published.selection().tutorials() {
        let tutorial = tutorial.name();
        let sources = folder.join("tutorials").join(tutorial);
        // Some tutorials have no scrape job.
        if sources.is_dir() {
            files.add(format!("scrape.d/{tutorial}.yaml"), read(&sources.join("scrape.yaml"))?);
            files.add(format!("rules.d/{tutorial}.yaml"), read(&sources.join("rules.yaml"))?);
        }
    }
    for path in list(&folder.join(folders::OWN), "yaml")? {
        let text = read(&path)?;
        let kind = own_kind(&path, &text)?;
        files.add(format!("{kind}/own-{}", name(&path)), text);
    }
    Ok(files)
}

/// The folder that a file of the user's own belongs in.
fn own_kind(path: &Path, text: &str) -> Result<&'static str, SourceError> {
    let refuse = |reason: String| SourceError::Own { path: path.to_owned(), reason };
    let content: Value = serde_saphyr::from_str(text).map_err(|error| refuse(error.to_string()))?;
    match (content.get("scrape_configs").is_some(), content.get("groups").is_some()) {
        (true, false) => Ok("scrape.d"),
        (false, true) => Ok("rules.d"),
        _ => Err(refuse("expected either `scrape_configs:` (scrape jobs) or `groups:` (rules)".into())),
    }
}

/// Alertmanager: its configuration with the SMTP settings, the mails' templates and the password.
///
/// # Errors
///
/// See [`SourceError`].
pub fn alertmanager(source: &Path, smtp: &Smtp) -> Result<Files, SourceError> {
    let folder = source.join("alertmanager");
    let path = folder.join("alertmanager.yaml.in");
    let template = read(&path)?;
    let template: String =
        template.lines().filter(|line| !line.starts_with('#')).map(|line| line.to_owned() + "\n").collect();
    let group_by = if smtp.is_own_mailbox() { "[alertname, job, instance]" } else { "[alertname]" };
    // `require_tls` means STARTTLS, which only a plain connection can use.
    let require_tls = (smtp.encryption == Encryption::StartTls).to_string();
    let password_file = if smtp.password.is_empty() { "" } else { "/etc/alertmanager/smtp-password" };
    let values = [
        ("@SMTP_SMARTHOST@", escaped(&format!("{}:{}", smtp.host, smtp.port))),
        ("@SMTP_REQUIRE_TLS@", require_tls),
        ("@SMTP_FROM@", escaped(&smtp.from)),
        ("@SMTP_TO@", escaped(&smtp.to)),
        ("@SMTP_USERNAME@", escaped(&smtp.username)),
        ("@SMTP_PASSWORD_FILE@", escaped(password_file)),
        ("@SMTP_CA_FILE@", escaped(if smtp.ca.is_empty() { "" } else { "/etc/alertmanager/smtp-ca.pem" })),
        ("@GROUP_BY@", group_by.to_owned()),
    ];
    let values = [&values[..], &Delays::of_alertmanager(smtp).placeholders()].concat();
    let mut files = Files::default();
    files.add("alertmanager.yaml", fill(&path, &template, &values)?);
    for template in list(&folder.join("templates"), "tmpl")? {
        files.add(format!("templates/{}", name(&template)), read(&template)?);
    }
    if !smtp.password.is_empty() {
        files.add_secret("smtp-password", smtp.password.as_str(), ALERTMANAGER_USER);
    }
    if !smtp.ca.is_empty() {
        files.add("smtp-ca.pem", smtp.ca.as_str());
    }
    Ok(files)
}

/// Grafana: data sources, alerting with the selected tutorials' rules, dashboards with the published addresses, the settings
/// that it reads from files, and the script that runs it.
///
/// # Errors
///
/// See [`SourceError`].
pub fn grafana(
    source: &Path,
    published: &Published,
    smtp: &Smtp,
    admin_password: &str,
) -> Result<Files, SourceError> {
    let folder = source.join("grafana");
    let mut files = Files::default();
    // Grafana logs an error for each missing folder.
    for kind in ["plugins", "notifiers"] {
        files.add_folder(format!("provisioning/{kind}"));
    }
    for kind in ["datasources", "dashboards"] {
        for path in list(&folder.join("provisioning").join(kind), "yaml")? {
            files.add(format!("provisioning/{kind}/{}", name(&path)), read(&path)?);
        }
    }
    let mut values = Delays::of_grafana(smtp).placeholders();
    // Grafana expands variables in these files: a literal $ is doubled.
    values.push(("@SMTP_TO@", escaped(&smtp.to.replace('$', "$$"))));
    for path in list(&folder.join("alerting"), "yaml")? {
        let text = fill(&path, &published.replace(&read(&path)?), &values)?;
        files.add(format!("provisioning/alerting/{}", name(&path)), text);
    }
    // Grafana keeps a rule in its database until a file deletes it: the files of left-out tutorials do that.
    for path in list(&folder.join("alerting/rules"), "yaml")? {
        let is_selected = published
            .selection()
            .tutorials()
            .iter()
            .any(|tutorial| name(&path) == format!("{}.yaml", tutorial.name()));
        let left_out = folder.join("alerting/left-out").join(&*name(&path));
        let text = read(if is_selected { &path } else { &left_out })?;
        files.add(format!("provisioning/alerting/rules-{}", name(&path)), published.replace(&text));
    }
    for below in published.selection().dashboard_folders().into_iter().chain([folders::OWN]) {
        for path in list(&folder.join("dashboards").join(below), "json")? {
            files.add(
                format!("dashboards/{}/{}", folders::title(below), name(&path)),
                published.replace(&read(&path)?),
            );
        }
    }
    let policy = if smtp.encryption == Encryption::StartTls { "MandatoryStartTLS" } else { "NoStartTLS" };
    files.add("smtp-starttls-policy", policy);
    files.add_secret("smtp-password", smtp.password.as_str(), GRAFANA_USER);
    // Empty for the well-known CAs: `run.sh` reads it.
    files.add("smtp-ca.pem", smtp.ca.as_str());
    files.add_secret("admin-password", admin_password, GRAFANA_USER);
    files.add("run.sh", read(&folder.join("run.sh"))?);
    Ok(files)
}

/// The balancer: the token for changes through its REST API, which stays the same for the life of the volume.
///
/// # Errors
///
/// Returns an error if the system has no random numbers.
pub fn balancer(present: &Files) -> io::Result<Files> {
    const TOKEN: &str = "balancer-token";
    let token = match present.text(TOKEN).filter(|token| !token.is_empty()) {
        Some(token) => token.to_owned(),
        None => random_token()?,
    };
    let mut files = Files::default();
    files.add_secret(TOKEN, token, BALANCER_USER);
    Ok(files)
}

fn random_token() -> io::Result<String> {
    use std::fmt::Write as _;
    use std::io::Read as _;
    let mut bytes = [0; 24];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut token, byte| {
        let _ = write!(token, "{byte:02x}");
        token
    }))
}

/// The files with this extension, sorted; none if there is no such folder.
fn list(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, SourceError> {
    let fail = |source| SourceError::File { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fail(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|found| found == extension) && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, SourceError> {
    fs::read_to_string(path).map_err(|source| SourceError::File { path: path.to_owned(), source })
}

fn name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// The text of a YAML scalar in single quotes.
fn escaped(text: &str) -> String {
    text.replace('\'', "''")
}

/// Replaces each placeholder of the template once, so that a value that looks like one stays.
fn fill(path: &Path, template: &str, values: &[(&str, String)]) -> Result<String, SourceError> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, placeholder, after)) = next_placeholder(rest) {
        let value = values.iter().find(|(name, _)| *name == placeholder).map(|(_, value)| value);
        let missing =
            || SourceError::Placeholder { path: path.to_owned(), placeholder: placeholder.to_owned() };
        filled.push_str(before);
        filled.push_str(value.ok_or_else(missing)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Splits at the first `@NAME@`.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
    text.match_indices('@').find_map(|(start, _)| {
        let length = text[start + 1..].find(|c| !is_name(c)).filter(|length| *length > 0)?;
        let end = start + 1 + length;
        text[end..].starts_with('@').then(|| (&text[..start], &text[start..=end], &text[end + 1..]))
    })
}
