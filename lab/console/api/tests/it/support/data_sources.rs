//! Fakes of Prometheus and `InfluxDB` that fail as the text of a query says, and record the queries.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kit::shutdown::Drained;
use serde_json::{Value, json};
use testkit::Running;

/// The parameters of one request.
type Parameters = Vec<(String, String)>;
type Requests = Arc<Mutex<Vec<Parameters>>>;

/// All data sources on one port.
pub(crate) struct DataSources {
    running: Running<Drained>,
    requests: Requests,
}

impl DataSources {
    pub(crate) async fn start() -> Self {
        let requests = Requests::default();
        let routes = Router::new()
            .route("/api/v1/query", post(prometheus))
            .route("/api/v1/query_range", post(prometheus))
            .route("/api/v1/query_exemplars", post(exemplars))
            .route("/api/v1/label/{label}/values", get(label_values))
            .route("/api/v1/targets", get(targets))
            .route("/query", get(influxdb))
            .with_state(Arc::clone(&requests));
        let running = testkit::start(|listener, shutdown| {
            kit::server::serve(listener, routes, shutdown, std::time::Duration::ZERO)
        })
        .await;
        Self { running, requests }
    }

    pub(crate) fn url(&self) -> String {
        self.running.url("")
    }

    /// The values of this parameter in all requests so far.
    pub(crate) fn requested(&self, parameter: &str) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let all = requests.iter().flatten().filter(|(name, _)| name == parameter);
        all.map(|(_, value)| value.clone()).collect()
    }
}

fn record(requests: &Requests, form: &[u8]) -> Parameters {
    let parameters: Parameters = form_urlencoded::parse(form).into_owned().collect();
    requests.lock().unwrap().push(parameters.clone());
    parameters
}

fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The failure that the text of the query names.
async fn failure(query: &str) -> Option<Response> {
    if query.contains("hang") {
        pending::<()>().await;
    }
    if query.contains("broken") {
        return Some((StatusCode::INTERNAL_SERVER_ERROR, "it broke").into_response());
    }
    if query.contains("refused") {
        let error = json!({"status": "error", "errorType": "bad_data", "error": "that is no query"});
        return Some((StatusCode::BAD_REQUEST, axum::Json(error)).into_response());
    }
    if query.contains("nonsense") {
        return Some("<html>no JSON</html>".into_response());
    }
    if query.contains("huge") {
        let megabyte = Bytes::from(vec![b' '; 1 << 20]);
        let chunks = std::iter::repeat_n(Ok::<_, Infallible>(megabyte), 100);
        return Some(Body::from_stream(tokio_stream::iter(chunks)).into_response());
    }
    None
}

async fn prometheus(State(requests): State<Requests>, form: Bytes) -> Response {
    let parameters = record(&requests, &form);
    let query = value(&parameters, "query").unwrap();
    if let Some(failure) = failure(query).await {
        return failure;
    }
    let number = |name| value(&parameters, name).map(|text| text.parse::<f64>().unwrap());
    let data = match number("start") {
        Some(start) => {
            let (end, step) = (number("end").unwrap(), number("step").unwrap());
            let count = ((end - start) / step).round() as u32 + 1;
            let point = |at: u32| json!([start + f64::from(at) * step, at.to_string()]);
            let count = if query.contains("long") { 11_001 } else { count };
            let values: Vec<Value> = (0..count).map(point).collect();
            let series = if query.contains("many") { 501 } else { 1 };
            let labels = |number: u32| json!({"job": "a", "number": number.to_string()});
            let one = |number| json!({"metric": labels(number), "values": values});
            let all: Vec<Value> = if series == 1 {
                vec![json!({"metric": {"job": "a"}, "values": values})]
            } else {
                (0..series)
                    .map(|number| {
                        if number < 2 { one(number) } else { json!({"metric": labels(number), "values": []}) }
                    })
                    .collect()
            };
            json!({"resultType": "matrix", "result": all})
        }
        None => {
            json!({"resultType": "vector", "result": [{"metric": {"job": "a"}, "value": [number("time").unwrap(), "7"]}]})
        }
    };
    axum::Json(json!({"status": "success", "data": data})).into_response()
}

/// One exemplar in the middle of the range; none if the query contains `untraced`.
async fn exemplars(State(requests): State<Requests>, form: Bytes) -> Response {
    let parameters = record(&requests, &form);
    if value(&parameters, "query").unwrap().contains("untraced") {
        return (StatusCode::INTERNAL_SERVER_ERROR, "exemplars are not stored").into_response();
    }
    let number = |name| value(&parameters, name).unwrap().parse::<f64>().unwrap();
    let exemplar = json!({
        "labels": {"trace_id": TRACE}, "value": "0.25", "timestamp": f64::midpoint(number("start"), number("end")),
    });
    let series = json!({"__name__": "cups_seconds_bucket", "le": "0.5", "job": "a"});
    let data = json!([{"seriesLabels": series, "exemplars": [exemplar]}]);
    axum::Json(json!({"status": "success", "data": data})).into_response()
}

/// The trace of the exemplar.
pub(crate) const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// `job` has two harmless values and a hostile one; `method` has one.
async fn label_values(
    State(requests): State<Requests>,
    Path(label): Path<String>,
    query: RawQuery,
) -> Response {
    let parameters = record(&requests, query.0.unwrap_or_default().as_bytes());
    if let Some(failure) = failure(value(&parameters, "match[]").unwrap_or_default()).await {
        return failure;
    }
    let values = if label == "job" { json!(["a", "b", HOSTILE]) } else { json!(["Echo"]) };
    axum::Json(json!({"status": "success", "data": values})).into_response()
}

/// A label value that ends a `PromQL` string unless it is escaped.
pub(crate) const HOSTILE: &str = r#"x"} or vector(1) or up{job="\"#;

async fn targets() -> Response {
    let target =
        json!({"labels": {}, "scrapeUrl": "", "lastError": "", "health": "up", "scrapeInterval": "1s"});
    axum::Json(json!({"status": "success", "data": {"activeTargets": [target]}})).into_response()
}

async fn influxdb(State(requests): State<Requests>, query: RawQuery) -> Response {
    let parameters = record(&requests, query.0.unwrap_or_default().as_bytes());
    if let Some(failure) = failure(value(&parameters, "q").unwrap()).await {
        return failure;
    }
    let series =
        json!({"name": "t", "columns": ["time", "mean"], "values": [[1000, 1.5], [2000, null], [3000, 2.5]]});
    axum::Json(json!({"results": [{"statement_id": 0, "series": [series]}]})).into_response()
}
