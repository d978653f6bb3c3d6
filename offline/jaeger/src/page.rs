//! HTML pages at the paths of Jaeger's own.

mod tree;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};

use crate::model::duration;
use crate::otlp::{Received, Store, TraceId};
use crate::search::Search;
use crate::{api, tags};

/// Maximum number of spans shown of a trace, so that the page stays responsive.
const MAX_ROWS: usize = 1000;
const CSP: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Store> {
    Router::new()
        .route("/", get(search))
        .route("/search", get(search))
        .route("/trace/{id}", get(trace))
        .route("/standin.css", get(style))
        .fallback(not_found)
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/standin.css")).into_response()
}

fn page(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/standin.css";
            }
            body {
                header {
                    a href="/search" { "Traces" }
                    p {
                        "A stand-in for Jaeger, whose image could not be pulled. It keeps the newest traces in memory. "
                        "The query API under " code { "/api" } " is compatible with Jaeger's."
                    }
                }
                main { (body) }
            }
        }
    };
    (status, [(header::CONTENT_SECURITY_POLICY, CSP)], Html(page.into_string())).into_response()
}

async fn search(State(store): State<Store>, Query(parameters): Query<Vec<(String, String)>>) -> Response {
    let services = api::service_names(&store.ring());
    let parameter = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
    let mut with_service = parameters.clone();
    if parameter("service").is_none() && parameter("traceID").is_none() {
        let Some(first) = services.first() else {
            return page(StatusCode::OK, "Traces", &html! { h1 { "Traces" } p { "No spans received yet." } });
        };
        with_service.push(("service".to_owned(), first.clone()));
    }
    let search = match Search::new(&with_service) {
        Ok(search) => search,
        Err(error) => {
            return page(StatusCode::BAD_REQUEST, "Traces", &html! { h1 { "Traces" } p { (error) } });
        }
    };
    let hits = search.run(&store.ring());
    let body = html! {
        h1 { "Traces" }
        (form(&services, &search))
        @if hits.is_empty() { p { "No matching traces." } } @else { (list(&hits)) }
    };
    page(StatusCode::OK, "Traces", &body)
}

fn form(services: &BTreeSet<String>, search: &Search) -> Markup {
    html! {
        form action="/search" {
            label {
                "Service "
                select name="service" {
                    @for service in services {
                        option selected[*service == search.service] { (service) }
                    }
                }
            }
            label { "Operation " input name="operation" value=(search.operation) placeholder="any"; }
            label { "Limit " input name="limit" type="number" min="1" value=(search.limit); }
            button { "Find traces" }
        }
    }
}

fn list(hits: &[(TraceId, Vec<Arc<Received>>)]) -> Markup {
    html! {
        div.wide {
            table {
                thead { tr { th { "Trace" } th { "First span" } th { "Services" } th.number { "Spans" } th.number { "Duration" } } }
                tbody {
                    @for (id, spans) in hits {
                        @let first = spans.iter().min_by_key(|received| received.span.start_time_unix_nano);
                        @let services: BTreeSet<&str> = spans.iter().map(|received| &*received.service).collect();
                        tr {
                            td { a href={ "/trace/" (id) } { code { (id.to_string()[..8]) } } }
                            td {
                                @if let Some(first) = first { (first.span.name) }
                                @if spans.iter().any(|received| tags::is_error(received)) { " " (failed()) }
                            }
                            td { (services.into_iter().collect::<Vec<_>>().join(", ")) }
                            td.number { (spans.len()) }
                            td.number { (time(tree::extent(spans).1)) }
                        }
                    }
                }
            }
        }
    }
}

fn failed() -> Markup {
    html! { strong.failed { "error" } }
}

async fn trace(State(store): State<Store>, Path(text): Path<String>) -> Response {
    let spans = text.parse().map(|id| store.ring().trace(id).to_vec());
    match spans {
        Err(error) => {
            page(StatusCode::BAD_REQUEST, "Trace", &html! { h1 { "Invalid trace id" } p { (error) } })
        }
        Ok(spans) if spans.is_empty() => {
            let body = html! {
                h1 { "Trace not found" }
                p { "Its spans have not arrived yet (reload in a few seconds), or newer traces have replaced it." }
            };
            page(StatusCode::NOT_FOUND, "Trace not found", &body)
        }
        Ok(spans) => page(StatusCode::OK, &format!("Trace {text}"), &waterfall(&text, &spans)),
    }
}

fn waterfall(id: &str, spans: &[Arc<Received>]) -> Markup {
    let (start, length) = tree::extent(spans);
    let rows = tree::rows(spans);
    html! {
        h1 { "Trace " code { (id) } }
        p { (spans.len()) " spans in " (time(length)) "; " a href={ "/api/traces/" (id) } { "as JSON" } }
        @if rows.len() > MAX_ROWS { p { "The first " (MAX_ROWS) " are shown." } }
        div.waterfall {
            @for (received, depth) in rows.into_iter().take(MAX_ROWS) {
                details {
                    summary {
                        span.name data-depth=(depth.min(12)) {
                            b { (received.service) } " " (received.span.name)
                            @if tags::is_error(received) { " " (failed()) }
                        }
                        (bar(received, start, length))
                        span.number { (time(duration(received))) }
                    }
                    (fields(received, start))
                }
            }
        }
    }
}

/// The span's position in the trace. The content security policy forbids inline styles, so the bar is an SVG.
fn bar(received: &Received, start: u64, length: u64) -> Markup {
    let percent = |micros: u64| micros as f64 * 100.0 / length.max(1) as f64;
    let from = percent((received.span.start_time_unix_nano / 1000).saturating_sub(start));
    let width = percent(duration(received)).max(0.4);
    let class = if tags::is_error(received) { "failed" } else { "" };
    html! {
        svg aria-hidden="true" {
            rect class=(class) x={ (format!("{from:.2}%")) } width={ (format!("{width:.2}%")) } height="100%" {}
        }
    }
}

fn fields(received: &Received, start: u64) -> Markup {
    let row = |key: &str, value: &str| html! { tr { th scope="row" { (key) } td { (value) } } };
    html! {
        div.wide {
            table {
                @for tag in tags::of_span(received) { (row(&tag.key, &tag.as_text())) }
                @for event in &received.span.events {
                    @let at = time((event.time_unix_nano / 1000).saturating_sub(start));
                    (row(&format!("at {at}"), &event_text(&event.name, &tags::of_attributes(&event.attributes))))
                }
                @for tag in tags::of_resource(received) { (row(&tag.key, &tag.as_text())) }
            }
        }
    }
}

fn event_text(name: &str, fields: &[tags::Tag]) -> String {
    let mut text = name.to_owned();
    for field in fields {
        let _ = write!(text, " {}={}", field.key, field.as_text());
    }
    text
}

fn time(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.2} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

async fn not_found() -> Response {
    page(StatusCode::NOT_FOUND, "Page not found", &html! { h1 { "Page not found" } })
}
