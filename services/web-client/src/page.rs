//! The layout that all pages share, their assets, and the links to other services.

mod assets;
mod links;
mod outcome;

use std::sync::Arc;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS};
use maud::{DOCTYPE, Markup, html};

use self::assets::asset;
pub(crate) use self::assets::script;
pub(crate) use self::outcome::Outcome;
use crate::config::{Config, Links};

/// Content security policy: only this service's own files, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Echo,
    Orders,
}

/// The layout around a page's content.
#[derive(Clone)]
pub(crate) struct Frame(Arc<Settings>);

struct Settings {
    links: Links,
    /// The gRPC server, `HOST:PORT`.
    server: String,
    tabs: Vec<Tab>,
}

pub(crate) fn assets() -> Router {
    Router::new()
        .route("/page.css", asset("text/css; charset=utf-8", include_str!("page/page.css")))
        .route("/page.js", script(include_str!("page/page.js")))
        .route("/icon.svg", asset("image/svg+xml", include_str!("page/icon.svg")))
}

// === impl Tab ===

impl Tab {
    fn name(self) -> &'static str {
        match self {
            Self::Echo => "Echo",
            Self::Orders => "Orders",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Echo => "/",
            Self::Orders => "/orders",
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Echo => "/echo.js",
            Self::Orders => "/orders.js",
        }
    }

    /// Addresses for programs, shown in the footer.
    fn for_programs(self) -> &'static [&'static str] {
        match self {
            Self::Echo => &["/echo?m=hello", "/metrics", "/healthz"],
            Self::Orders => &["/orders?page_size=3", "/orders/events", "/metrics", "/healthz"],
        }
    }
}

// === impl Frame ===

impl Frame {
    pub(crate) fn new(config: &Config) -> Self {
        let tabs = if config.orders { vec![Tab::Echo, Tab::Orders] } else { vec![Tab::Echo] };
        Self(Arc::new(Settings { links: config.links.clone(), server: config.server(), tabs }))
    }

    /// Renders a page as a response.
    pub(crate) fn page(&self, tab: Tab, status: StatusCode, content: &Markup) -> Response {
        let headers = [
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CACHE_CONTROL, "no-store"),
            (VARY, "accept"),
        ];
        (status, headers, Html(self.document(tab, content).into_string())).into_response()
    }

    /// The hops of a call.
    pub(crate) fn path(&self) -> Markup {
        html! {
            ol.way aria-label="Path of the call" { li { "your browser" } li { "web-client" } li { (self.0.server) } }
        }
    }

    /// The address that a trace id is appended to, for links.
    pub(crate) fn traces(&self) -> Option<String> {
        self.0.links.jaeger().map(|jaeger| format!("{jaeger}/trace/"))
    }

    fn document(&self, tab: Tab, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { "Lookout: " (tab.name().to_lowercase()) }
                    link rel="icon" href="/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/page.css";
                    script src=(tab.script()) type="module" {}
                }
                body {
                    header {
                        img src="/icon.svg" alt="" width="28" height="28";
                        b { "Lookout" }
                        @if self.0.tabs.len() > 1 { (self.tabs(tab)) }
                    }
                    main {
                        (content)
                        (links::list(tab, &self.0.links))
                    }
                    footer {
                        "For programs: "
                        @for (index, address) in tab.for_programs().iter().enumerate() {
                            @if index > 0 { ", " }
                            a href=(address) { code { (address) } }
                        }
                    }
                }
            }
        }
    }

    fn tabs(&self, here: Tab) -> Markup {
        html! {
            nav.tabs aria-label="Pages" {
                @for tab in &self.0.tabs {
                    a href=(tab.path()) aria-current=[(*tab == here).then_some("page")] { (tab.name()) }
                }
            }
        }
    }
}
