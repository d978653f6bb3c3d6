//! `/`: the page. It works without its script, which only avoids a reload.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use kit::problem::Problem;
use maud::{Markup, html};

use super::message::{self, MAX_LEN};
use super::{Echo, Echoed};
use crate::page::{Frame, Outcome, Tab};

/// With a message in the query, as the form sends it without the script, the page also shows its echo.
pub(super) async fn index(State(echo): State<Echo>, RawQuery(query): RawQuery) -> Response {
    let message = message::from_query(query.as_deref());
    let result = match message {
        Err(message::Invalid::Missing) => None,
        _ => Some(echo.call(query.as_deref()).await),
    };
    let status = match &result {
        Some(Err(problem)) => problem.status,
        _ => StatusCode::OK,
    };
    let content = content(&echo.frame, message.ok().as_deref(), result.as_ref());
    echo.frame.page(Tab::Echo, status, &content)
}

fn content(frame: &Frame, message: Option<&str>, result: Option<&Result<Echoed, Problem>>) -> Markup {
    html! {
        section.card {
            h1 { "Send an echo" }
            (frame.path())
            form #echo.line action="/" data-traces=[frame.traces()] {
                label for="m" { "Message" }
                input #m name="m" value=(message.unwrap_or("hello")) required maxlength=(MAX_LEN)
                    autocomplete="off" spellcheck="false" enterkeyhint="send" autofocus;
                button { "Send" }
            }
            output #result for="m" {
                @match result {
                    None => {}
                    Some(Ok(echoed)) => (frame.result(&success(echoed))),
                    Some(Err(problem)) => (frame.result(&Outcome::failed(problem))),
                }
            }
        }
        section #earlier.card hidden { h2 { "Earlier" } ol {} }
    }
}

fn success(echoed: &Echoed) -> Outcome<'_> {
    let milliseconds = echoed.duration.as_secs_f64() * 1000.0;
    let fact = html! { span { "the call took " (format!("{milliseconds:.1} ms")) } };
    Outcome {
        good: true,
        reply: html! { (echoed.reply) },
        facts: fact,
        trace_id: kit::telemetry::current_trace_id().map(Into::into),
    }
}
