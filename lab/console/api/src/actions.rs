//! What a tutorial's buttons do: one request of a closed list, with a trace id of its own, through the doors that
//! everybody uses.

use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use catalog::{Selection, Tutorial};
use clients::Clients;
use clients::fetch::Request;
use kit::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::state::Shared;

/// Bytes of an answer that are shown.
const SHOWN: usize = 2048;
/// Bytes of what may be asked for.
const ASKED: usize = 16 * 1024;
/// Longest wait for an answer: a slow hello takes up to five seconds.
const PATIENCE: Duration = Duration::from_secs(8);

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/actions/{name}", post(act)).layer(DefaultBodyLimit::max(ASKED))
}

/// A request that can be asked for, with what it takes.
#[derive(Debug, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
enum Action {
    Echo { message: String },
    Order { customer: String, sku: String, quantity: i64, price_cents: i64 },
    InvalidOrder {},
    Hello {},
    SlowHello { ms: u32 },
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Outcome {
    /// HTTP's.
    status: u16,
    took_ms: f64,
    /// Its beginning.
    answer: String,
    /// 32 hexadecimal digits.
    trace: Option<String>,
}

async fn act(
    State(console): State<Shared>,
    Path(name): Path<String>,
    body: Option<Json<Value>>,
) -> Result<Json<Outcome>, Problem> {
    let action = Action::read(&name, body.map_or_else(|| json!({}), |Json(body)| body))?;
    action.is_possible(console.config.settings.tutorial)?;
    let trace = uuid::Uuid::new_v4().simple().to_string();
    let span = &uuid::Uuid::new_v4().simple().to_string()[..16];
    let request = action.request(&console.parts).header("traceparent", &format!("00-{trace}-{span}-01"));
    let started = Instant::now();
    let answered = timeout(PATIENCE, answer(request)).await;
    let late = || Problem::new(StatusCode::GATEWAY_TIMEOUT, format!("no answer in {PATIENCE:?}"));
    let (status, answer) = answered.map_err(|_| late())??;
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    Ok(Json(Outcome { status, took_ms, answer, trace: Some(trace) }))
}

/// The status, and the beginning of the body.
async fn answer(request: Request) -> Result<(u16, String), Problem> {
    let failed = |error: String| Problem::new(StatusCode::BAD_GATEWAY, error);
    let mut response = request.send().await.map_err(|error| failed(error.to_string()))?;
    let mut body = Vec::new();
    while body.len() < SHOWN
        && let Some(chunk) = response.chunk().await.map_err(|error| failed(error.to_string()))?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(SHOWN);
    Ok((response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()))
}

impl Action {
    fn read(name: &str, body: Value) -> Result<Self, Problem> {
        let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
        let Value::Object(mut fields) = body else { return Err(bad("expected a JSON object".to_owned())) };
        fields.insert("name".to_owned(), name.into());
        serde_json::from_value(Value::Object(fields)).map_err(|error| bad(error.to_string()))
    }

    fn is_possible(&self, chosen: Selection) -> Result<(), Problem> {
        let (needs, what) = match self {
            Self::Echo { .. } => (Tutorial::Echo, "echoes"),
            Self::Order { .. } | Self::InvalidOrder {} => (Tutorial::Order, "orders"),
            Self::Hello {} | Self::SlowHello { .. } => (Tutorial::Balancer, "hellos"),
        };
        let refused =
            || Problem::new(StatusCode::CONFLICT, format!("{what} need a tutorial that was not started"));
        if chosen.has(needs) { Ok(()) } else { Err(refused()) }
    }

    fn request(&self, parts: &Clients) -> Request {
        let hello = format!("http://{}", parts.settings.balancer);
        match self {
            Self::Echo { message } => {
                parts.fetch.get(&format!("{}/echo", parts.settings.edge)).query(&[("m", message)])
            }
            Self::Order { customer, sku, quantity, price_cents } => parts.orders.post(&json!({
                "customer": customer,
                "items": [{"sku": sku, "quantity": quantity, "price_cents": price_cents}],
            })),
            // Two fields are wrong.
            Self::InvalidOrder {} => parts.orders.post(&json!({
                "customer": "",
                "items": [{"sku": "tea", "quantity": 0, "price_cents": 420}],
            })),
            // The balancer shares out connections, not requests.
            Self::Hello {} => parts.fetch.get(&hello).header("connection", "close"),
            Self::SlowHello { ms } => {
                parts.fetch.get(&format!("{hello}/slow?ms={ms}")).header("connection", "close")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_read_from_its_name_and_its_fields() {
        let read = |name: &str, body| Action::read(name, body).map_err(|problem| problem.detail);
        assert!(
            matches!(read("echo", json!({"message": "a"})), Ok(Action::Echo { message }) if message == "a")
        );
        assert!(matches!(read("slow-hello", json!({"ms": 50})), Ok(Action::SlowHello { ms: 50 })));
        assert!(matches!(read("hello", json!({})), Ok(Action::Hello {})));
        assert!(read("echo", json!({})).unwrap_err().contains("message"));
        assert!(read("shell", json!({})).unwrap_err().contains("unknown variant"));
        assert!(read("hello", json!([])).unwrap_err().contains("object"));
    }

    #[test]
    fn an_action_of_a_tutorial_that_was_not_started_is_refused() {
        let order = Action::InvalidOrder {};
        assert!(order.is_possible(Selection::All).is_ok());
        assert_eq!(order.is_possible(Selection::Sink).unwrap_err().status, StatusCode::CONFLICT);
    }
}
