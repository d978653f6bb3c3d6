//! The event stream, in front of a fake lab that tests change meanwhile.

mod alerts;
mod grafana;
mod mails;
mod stream;
mod topology;

use console::Config;
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{Console, FakeLab, Files, TIMEOUT};

/// A console in front of a fake lab.
struct Live {
    lab: FakeLab,
    web: Console,
}

impl Live {
    async fn start() -> Self {
        Self::with(Files::new(), |_| {}).await
    }

    async fn with(files: Files, adjust: impl FnOnce(&mut Config)) -> Self {
        let lab = FakeLab::start().await;
        let url = lab.url();
        let web = Console::with(files, |config| {
            let settings = &mut config.settings;
            for address in [
                &mut settings.envoy_admin,
                &mut settings.web_client,
                &mut settings.prometheus,
                &mut settings.jaeger,
                &mut settings.influxdb,
                &mut settings.maildev,
            ] {
                address.clone_from(&url);
            }
            adjust(config);
        })
        .await;
        Self { lab, web }
    }

    async fn listen(&self) -> Listener {
        let response = self.web.get("/api/events").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Listener { response, read: String::new() }
    }
}

/// A client of the event stream.
struct Listener {
    response: Response,
    read: String,
}

impl Listener {
    /// Name and data of the next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                if let (Some(event), Some(data)) = (field("event"), field("data")) {
                    return Some((event.to_owned(), serde_json::from_str(data).unwrap()));
                }
                continue;
            }
            let chunk = timeout(TIMEOUT, self.response.chunk()).await.expect("an event in time");
            // A closed connection is an error.
            let chunk = chunk.ok().flatten()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Waits for an event of this name whose data matches.
    async fn until(&mut self, name: &str, matches: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let found = timeout(TIMEOUT, async {
            while let Some((event, data)) = self.next().await {
                if event == name {
                    if matches(&data) {
                        return Some(data);
                    }
                    last = data;
                }
            }
            None
        })
        .await;
        found.ok().flatten().unwrap_or_else(|| panic!("no matching {name}; the last one: {last}"))
    }
}

/// The element of a list whose field has this value.
fn find<'a>(list: &'a Value, field: &str, value: &str) -> &'a Value {
    list.as_array().into_iter().flatten().find(|one| one[field] == value).unwrap_or(&Value::Null)
}
