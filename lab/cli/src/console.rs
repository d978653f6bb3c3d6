//! A client of the console, as a browser on this host would use it.

use clients::{Clients, fetch::Request};
use serde::{Deserialize, de::DeserializeOwned};

use crate::table::Failure;

/// A dashboard in the console's JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct Dashboard {
    /// Title.
    pub title: String,
    /// Panels, including rows.
    pub panels: Vec<Panel>,
}

/// A panel in the console's JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct Panel {
    /// Id within the dashboard.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Features that the console does not support.
    pub unknown: Vec<String>,
}

/// A GET request with a `Host` header that the console accepts.
pub fn get(clients: &Clients, path: &str) -> Request {
    let url = format!("{}{path}", clients.settings.console);
    clients.fetch.get(&url).header("host", &clients.settings.console_host)
}

/// Fetches JSON.
///
/// # Errors
///
/// Returns the reason, with the URL.
pub async fn get_json<T: DeserializeOwned>(clients: &Clients, path: &str) -> Result<T, Failure> {
    Ok(get(clients, path).json().await?)
}

/// Fetches the dashboard with this uid.
///
/// # Errors
///
/// Returns the reason, with the URL.
pub async fn dashboard(clients: &Clients, uid: &str) -> Result<Dashboard, Failure> {
    get_json(clients, &format!("/api/dashboards/{uid}")).await
}
