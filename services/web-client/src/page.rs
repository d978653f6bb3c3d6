//! `/`: the page for people. It works without its script, which only spares it the reload.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use problem::Problem;

use crate::config::Config;
use crate::echo::{self, Echoed};
use crate::message::MAX_LEN;
use crate::{App, Links, message};

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the page says besides the echo.
#[derive(Clone)]
pub(crate) struct Page(Arc<Config>);

impl Page {
    pub(crate) fn new(config: Config) -> Self {
        Self(Arc::new(config))
    }
}

/// With a message in the query, as the form sends it without the script, also its echo.
pub(crate) async fn index(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let asked = message::from_query(query.as_deref());
    let result = match asked {
        Err(message::Invalid::Missing) => None,
        _ => Some(echo::call(&app.upstream, query.as_deref()).await),
    };
    let status = match &result {
        Some(Err(problem)) => problem.status,
        _ => StatusCode::OK,
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    let page = render(&app.page.0, asked.ok().as_deref(), result.as_ref());
    (status, headers, Html(page.into_string())).into_response()
}

pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("page/page.css"))
}

pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("page/page.js"))
}

pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", include_str!("page/icon.svg"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, text).into_response()
}

fn render(config: &Config, message: Option<&str>, result: Option<&Result<Echoed, Problem>>) -> Markup {
    let links = &config.links;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Lookout: echo" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/page.css";
                script src="/page.js" defer {}
            }
            body {
                header { img src="/icon.svg" alt="" width="28" height="28"; b { "Lookout" } }
                main {
                    section.card {
                        h1 { "Send an echo" }
                        ol.way aria-label="Its way" {
                            li { "your browser" } li { "web-client" } li { (config.server()) }
                        }
                        form #echo action="/" data-traces=[links.jaeger().map(|url| format!("{url}/trace/"))] {
                            label for="m" { "Message" }
                            input #m name="m" value=(message.unwrap_or("hello")) required maxlength=(MAX_LEN)
                                autocomplete="off" spellcheck="false" enterkeyhint="send" autofocus;
                            button { "Send" }
                        }
                        output #result for="m" {
                            @match result {
                                None => {}
                                Some(Ok(echoed)) => (success(echoed, links)),
                                Some(Err(problem)) => (failure(problem, links)),
                            }
                        }
                    }
                    section #earlier.card hidden { h2 { "Earlier" } ol {} }
                    (places(links))
                }
                footer {
                    "For programs: " a href="/echo?m=hello" { code { "/echo?m=hello" } } ", "
                    a href="/metrics" { code { "/metrics" } } ", " a href="/healthz" { code { "/healthz" } }
                }
            }
        }
    }
}

fn success(echoed: &Echoed, links: &Links) -> Markup {
    html! {
        div.answer.good {
            p.reply { (echoed.reply) }
            p.facts {
                span { "the call took " (milliseconds(echoed.took)) }
                (trace(echoed.trace_id.as_deref(), links))
            }
        }
    }
}

fn failure(problem: &Problem, links: &Links) -> Markup {
    html! {
        div.answer.bad {
            p.reply { (problem.status.as_u16()) " " (problem.title) }
            p.facts { span { (problem.detail) } (trace(problem.trace_id.as_deref(), links)) }
        }
    }
}

fn trace(id: Option<&str>, links: &Links) -> Markup {
    html! {
        @match (id, links.jaeger()) {
            (Some(id), Some(jaeger)) => a href={ (jaeger) "/trace/" (id) } { "its trace" },
            (Some(id), None) => span { "trace " code { (id) } },
            (None, _) => {}
        }
    }
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}

/// Where the traffic of this page can be watched.
fn places(links: &Links) -> Markup {
    let mut places: Vec<(String, &str, &str)> = Vec::new();
    if let Some(grafana) = links.grafana() {
        for (dashboard, name, what) in [
            ("lookout", "Overview", "every part, alerts, rates"),
            ("grpc-client", "gRPC client", "rate, errors, duration as this side sees them"),
            ("grpc-server", "gRPC server", "the same as the echo server sees it"),
            ("envoy", "Envoy", "what passes between them"),
        ] {
            places.push((format!("{grafana}/d/{dashboard}"), name, what));
        }
    }
    if let Some(jaeger) = links.jaeger() {
        places.push((
            format!("{jaeger}/search?service=web-client"),
            "Traces",
            "each request, span by span (Jaeger)",
        ));
    }
    if let Some(prometheus) = links.prometheus() {
        places.push((format!("{prometheus}/"), "Prometheus", "metrics, targets, alert rules"));
    }
    if let Some(mailbox) = links.mailbox() {
        places.push((format!("{mailbox}/"), "Mailbox", "where alert mail arrives"));
    }
    html! {
        @if !places.is_empty() {
            nav.card aria-labelledby="watch" {
                h2 #watch { "Watch it" }
                ul.places {
                    @for (address, name, what) in places {
                        li { a href=(address) { b { (name) } span { (what) } } }
                    }
                }
            }
        }
    }
}
