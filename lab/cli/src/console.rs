//! The console, asked as a browser on this host would ask it.

use clients::{Clients, fetch::Request};
use serde::{Deserialize, de::DeserializeOwned};

/// A dashboard as its page gets it.
#[derive(Clone, Debug, Deserialize)]
pub struct Dashboard {
    /// Its title.
    pub title: String,
    /// Its panels, rows among them.
    pub panels: Vec<Panel>,
}

/// A panel as its page gets it.
#[derive(Clone, Debug, Deserialize)]
pub struct Panel {
    /// Its number in the dashboard.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// What the console does not draw.
    pub unknown: Vec<String>,
}

/// A request under the name that the console lets in.
pub fn ask(parts: &Clients, path: &str) -> Request {
    let url = format!("{}{path}", parts.settings.console);
    parts.fetch.get(&url).header("host", &parts.settings.console_host)
}

/// The JSON of a GET.
pub async fn read<T: DeserializeOwned>(parts: &Clients, path: &str) -> Result<T, String> {
    ask(parts, path).json().await.map_err(|error| error.to_string())
}

/// The dashboard of that uid.
pub async fn dashboard(parts: &Clients, uid: &str) -> Result<Dashboard, String> {
    read(parts, &format!("/api/dashboards/{uid}")).await
}
