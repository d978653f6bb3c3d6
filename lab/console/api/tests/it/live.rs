//! What goes on in the lab, as events: the lab is a stand-in that a test changes while the console looks.

mod alerts;
mod grafana;
mod mails;
mod picture;
mod stand_in;
mod stream;

use console::Config;
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use self::stand_in::StandIn;
use crate::lab::{Files, PATIENCE, Web};

/// A console in front of a stand-in for all parts that are asked over HTTP.
struct Live {
    lab: StandIn,
    web: Web,
}

impl Live {
    async fn start() -> Self {
        Self::with(Files::new(), |_| {}).await
    }

    async fn with(files: Files, adjust: impl FnOnce(&mut Config)) -> Self {
        let lab = StandIn::start().await;
        let url = lab.url();
        let web = Web::with(files, |config| {
            let settings = &mut config.settings;
            for part in [
                &mut settings.envoy_admin,
                &mut settings.web_client,
                &mut settings.prometheus,
                &mut settings.jaeger,
                &mut settings.influxdb,
                &mut settings.maildev,
            ] {
                part.clone_from(&url);
            }
            adjust(config);
        })
        .await;
        Self { lab, web }
    }

    async fn listen(&self) -> Stream {
        let response = self.web.get("/api/events").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { response, read: String::new() }
    }
}

/// A listener to the events.
struct Stream {
    response: Response,
    read: String,
}

impl Stream {
    /// The next event's name and data; none at the stream's end.
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
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("an event in time");
            // A stream that is cut ends with an error.
            let chunk = chunk.ok().flatten()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The first event of this name of which `is` holds.
    async fn until(&mut self, name: &str, is: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let found = timeout(PATIENCE, async {
            while let Some((event, data)) = self.next().await {
                if event == name {
                    if is(&data) {
                        return Some(data);
                    }
                    last = data;
                }
            }
            None
        })
        .await;
        found.ok().flatten().unwrap_or_else(|| panic!("no such {name}; the last one: {last}"))
    }
}

/// The one of a list whose field has this value.
fn of<'a>(list: &'a Value, field: &str, value: &str) -> &'a Value {
    list.as_array().into_iter().flatten().find(|one| one[field] == value).unwrap_or(&Value::Null)
}
