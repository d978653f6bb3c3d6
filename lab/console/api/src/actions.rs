//! `POST /api/actions/NAME`: the buttons of the tutorials. Each sends one request of a closed list through the lab's public
//! ports, with a trace id of its own.

use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, FromRef, Path, State};
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

/// Maximum number of bytes of a response that are shown.
const MAX_SHOWN: usize = 2048;
/// Maximum size of an action's body, in bytes.
const MAX_BODY: usize = 16 * 1024;
/// Longer than the slowest hello, which takes five seconds.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(8);

/// The requests of the closed list, with their fields.
#[derive(Debug, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
enum Action {
    Echo { message: String },
    Order { customer: String, sku: String, quantity: i64, price_cents: i64 },
    InvalidOrder {},
    Hello {},
    SlowHello { ms: u32 },
}

/// The response to an action's request.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ActionOutcome {
    /// HTTP status.
    status: u16,
    took_ms: f64,
    /// The first 2 KiB of the body.
    answer: String,
    /// The trace id: 32 hexadecimal digits.
    trace: Option<String>,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Clients: FromRef<S>,
{
    Router::new().route("/api/actions/{name}", post(run)).layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn run(
    State(clients): State<Clients>,
    Path(name): Path<String>,
    body: Option<Json<Value>>,
) -> Result<Json<ActionOutcome>, Problem> {
    let action = Action::parse(&name, body.map_or_else(|| json!({}), |Json(body)| body))?;
    action.check_started(clients.settings.tutorial)?;
    let trace = uuid::Uuid::new_v4().simple().to_string();
    let span = &uuid::Uuid::new_v4().simple().to_string()[..16];
    let request = action.request(&clients).header("traceparent", &format!("00-{trace}-{span}-01"));
    let started = Instant::now();
    let late =
        |_| Problem::new(StatusCode::GATEWAY_TIMEOUT, format!("no response within {RESPONSE_TIMEOUT:?}"));
    let (status, answer) = timeout(RESPONSE_TIMEOUT, send(request)).await.map_err(late)??;
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    Ok(Json(ActionOutcome { status, took_ms, answer, trace: Some(trace) }))
}

/// The status and the first bytes of the body.
async fn send(request: Request) -> Result<(u16, String), Problem> {
    let failed = |error: String| Problem::new(StatusCode::BAD_GATEWAY, error);
    let mut response = request.send().await.map_err(|error| failed(error.to_string()))?;
    let mut body = Vec::new();
    while body.len() < MAX_SHOWN
        && let Some(chunk) = response.chunk().await.map_err(|error| failed(error.to_string()))?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(MAX_SHOWN);
    Ok((response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()))
}

impl Action {
    fn parse(name: &str, body: Value) -> Result<Self, Problem> {
        let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
        let Value::Object(mut fields) = body else { return Err(bad("expected a JSON object".to_owned())) };
        fields.insert("name".to_owned(), name.into());
        serde_json::from_value(Value::Object(fields)).map_err(|error| bad(error.to_string()))
    }

    /// Refuses an action whose tutorial was not started.
    fn check_started(&self, selection: Selection) -> Result<(), Problem> {
        let (tutorial, name) = match self {
            Self::Echo { .. } => (Tutorial::Echo, "echoes"),
            Self::Order { .. } | Self::InvalidOrder {} => (Tutorial::Order, "orders"),
            Self::Hello {} | Self::SlowHello { .. } => (Tutorial::Balancer, "hellos"),
        };
        if selection.has(tutorial) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::CONFLICT, format!("{name} need a tutorial that was not started")))
    }

    fn request(&self, clients: &Clients) -> Request {
        let hello = format!("http://{}", clients.settings.balancer);
        match self {
            Self::Echo { message } => {
                clients.fetch.get(&format!("{}/echo", clients.settings.edge)).query(&[("m", message)])
            }
            Self::Order { customer, sku, quantity, price_cents } => clients.orders.post(&json!({
                "customer": customer,
                "items": [{"sku": sku, "quantity": quantity, "price_cents": price_cents}],
            })),
            // Customer and quantity are invalid.
            Self::InvalidOrder {} => clients.orders.post(&json!({
                "customer": "",
                "items": [{"sku": "tea", "quantity": 0, "price_cents": 420}],
            })),
            // The balancer distributes connections, not requests.
            Self::Hello {} => clients.fetch.get(&hello).header("connection", "close"),
            Self::SlowHello { ms } => {
                clients.fetch.get(&format!("{hello}/slow?ms={ms}")).header("connection", "close")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_an_action_from_its_name_and_fields() {
        let parse = |name: &str, body| Action::parse(name, body).map_err(|problem| problem.detail);
        assert!(
            matches!(parse("echo", json!({"message": "a"})), Ok(Action::Echo { message }) if message == "a")
        );
        assert!(matches!(parse("slow-hello", json!({"ms": 50})), Ok(Action::SlowHello { ms: 50 })));
        assert!(matches!(parse("hello", json!({})), Ok(Action::Hello {})));
        assert!(parse("echo", json!({})).unwrap_err().contains("message"));
        assert!(parse("shell", json!({})).unwrap_err().contains("unknown variant"));
        assert!(parse("hello", json!([])).unwrap_err().contains("object"));
    }

    #[test]
    fn refuses_an_action_whose_tutorial_was_not_started() {
        let order = Action::InvalidOrder {};
        assert!(order.check_started(Selection::All).is_ok());
        assert_eq!(order.check_started(Selection::Sink).unwrap_err().status, StatusCode::CONFLICT);
    }
}
