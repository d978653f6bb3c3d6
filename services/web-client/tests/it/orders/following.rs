//! `/orders/events` sends each change of state until one side ends the stream.

use kit::shutdown::Drained;
use lookout_proto::order::State;
use reqwest::Response;
use serde_json::{Value, json};
use testkit::eventually;
use tonic::Status;

use crate::order_server::OrderServer;
use crate::support::{self, DEADLINE, TIMEOUT, Web};

/// A stream of server-sent events.
struct Events {
    response: Response,
    rest: String,
}

impl Events {
    /// Opens a stream and waits for its start.
    async fn follow(web: &Web, path: &str) -> Self {
        let response = web.get(path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let mut events = Self { response, rest: String::new() };
        let start = events.next().await.unwrap();
        assert!(start.contains(": following") && start.contains("retry: 1000"), "{start}");
        events
    }

    /// The next event's lines; `None` at the end of the stream.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let event = event.to_owned();
                self.rest = rest.to_owned();
                return Some(event);
            }
            let chunk = tokio::time::timeout(TIMEOUT, self.response.chunk()).await.expect("an event in time");
            let Some(chunk) = chunk.expect("the stream is not broken off") else {
                assert!(self.rest.is_empty(), "half an event: {}", self.rest);
                return None;
            };
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The data of the next event, which must have this name.
    async fn expect(&mut self, name: &str) -> Value {
        let event = self.next().await.expect("an event");
        let (first, data) = event.split_once("\ndata: ").expect("two lines");
        assert_eq!(first, format!("event: {name}"));
        serde_json::from_str(data).unwrap()
    }
}

async fn place(web: &Web) -> String {
    let order = json!({ "customer": "Ada", "items": [] });
    let response = web.http.post(web.running.url("/orders")).json(&order).send().await.unwrap();
    response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn changes_are_sent_in_order() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut events = Events::follow(&web, "/orders/events").await;
    let id = place(&web).await;
    server.advance(&id, State::Paid);
    server.advance(&id, State::Shipped);
    for (previous, state) in [(Value::Null, "placed"), (json!("placed"), "paid"), (json!("paid"), "shipped")]
    {
        let change = events.expect("change").await;
        assert_eq!(change["previous"], previous);
        assert_eq!((&change["order"]["id"], &change["order"]["state"]), (&json!(id), &json!(state)));
    }
}

#[tokio::test]
async fn a_single_order_can_be_followed() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let (_, second) = (place(&web).await, place(&web).await);
    let mut events = Events::follow(&web, "/orders/events?id=order%202").await;
    server.advance("order 1", State::Paid);
    server.advance(&second, State::Paid);
    assert_eq!(events.expect("change").await["order"]["id"], json!(second));
}

#[tokio::test]
async fn a_client_that_disconnects_ends_the_servers_stream() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let http2 = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    for http in [&web.http, &http2] {
        let response = http.get(web.running.url("/orders/events")).send().await.unwrap();
        assert_eq!(server.watchers(), 1);
        drop(response);
        eventually(TIMEOUT, async || server.watchers() == 0).await;
    }
    let canceled = [("grpc_method", "Watch"), ("grpc_code", "Canceled")];
    eventually(TIMEOUT, async || web.scrape().await.sum("grpc_client_handled_total", &canceled) > 1.5).await;
    support::assert_balanced(&web.scrape().await);
}

#[tokio::test]
async fn shutdown_ends_the_streams() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut events = Events::follow(&web, "/orders/events").await;
    let Web { running, .. } = web;
    let drained = running.stop().await.unwrap();
    assert!(matches!(drained, Drained::Completed(_)), "{drained:?}");
    assert_eq!(events.next().await, None);
    eventually(TIMEOUT, async || server.watchers() == 0).await;
}

#[tokio::test]
async fn a_stream_that_the_server_aborts_reports_the_status_and_ends() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut events = Events::follow(&web, "/orders/events").await;
    server.break_streams(&Status::data_loss("too slow"));
    let problem = events.expect("problem").await;
    assert_eq!((&problem["grpc_code"], &problem["status"]), (&json!("DataLoss"), &json!(500)));
    assert_eq!(events.next().await, None);
    // The next stream works.
    let mut events = Events::follow(&web, "/orders/events").await;
    let id = place(&web).await;
    assert_eq!(events.expect("change").await["order"]["id"], json!(id));
}

#[tokio::test]
async fn a_stream_outlives_the_deadline_of_calls() {
    let server = OrderServer::start().await;
    let web = Web::with_orders_and_a_short_deadline(server.addr()).await;
    let mut events = Events::follow(&web, "/orders/events").await;
    let start = std::time::Instant::now();
    // Wait for the deadline of a call without response, twice.
    while start.elapsed() <= DEADLINE {
        let never = json!({ "customer": "never", "items": [] });
        let response = web.http.post(web.running.url("/orders")).json(&never).send().await.unwrap();
        assert_eq!(response.status(), 504);
    }
    let id = place(&web).await;
    assert_eq!(events.expect("change").await["order"]["id"], json!(id));
}

#[tokio::test]
async fn a_server_that_sends_nothing_is_a_504() {
    let silent = testkit::listener().await;
    let web = Web::with_orders_and_a_short_deadline(silent.local_addr().unwrap()).await;
    assert_eq!(web.problem("/orders/events").await.0, 504);
}
