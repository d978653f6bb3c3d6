//! `curl` commands whose request the console can send.

use form_urlencoded::parse as parse_form;
use serde::Deserialize;
use serde_json::{Value, json};

/// A request of `/api/actions`, with the label of its button.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ActionRequest {
    pub(super) name: &'static str,
    pub(super) body: Value,
    pub(super) label: String,
}

/// Options with a value. Only `-d` changes which request is sent.
const WITH_VALUE: [&str; 5] = ["-d", "-H", "-X", "-o", "-w"];
const FLAGS: [&str; 3] = ["-s", "-si", "-i"];
/// Maximum delay that the hello servers accept, in milliseconds.
const MAX_DELAY_MS: u32 = 5000;

/// The clients of a request that select an action.
struct Request<'a> {
    port: &'a str,
    path: &'a str,
    query: &'a str,
    data: Option<&'a str>,
}

/// An order in the web client's JSON.
#[derive(Deserialize)]
struct Order {
    customer: String,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sku: String,
    quantity: i64,
    price_cents: i64,
}

/// The action that sends the request of these arguments, if there is one.
pub(super) fn action(arguments: &[String]) -> Option<ActionRequest> {
    let request = parse(arguments)?;
    match (request.port, request.path, request.data) {
        ("10000" | "8081", "/echo", None) => echo(request.query),
        ("10000" | "8081", "/orders", Some(data)) if request.query.is_empty() => order(data),
        ("3100", "" | "/", None) if request.query.is_empty() => {
            Some(ActionRequest::new("hello", json!({}), "Say hello".to_owned()))
        }
        ("3100", "/slow", None) => slow_hello(request.query),
        _ => None,
    }
}

fn parse(arguments: &[String]) -> Option<Request<'_>> {
    let (mut url, mut data) = (None, None);
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        if WITH_VALUE.contains(&argument) {
            let value = arguments.next()?;
            match argument {
                "-d" if data.replace(value).is_some() => return None,
                "-X" if value != "POST" => return None,
                _ => {}
            }
        } else if !FLAGS.contains(&argument) && url.replace(argument).is_some() {
            return None;
        }
    }
    let address = url?.strip_prefix("http://127.0.0.1:")?;
    let (port, target) = address.split_at(address.find('/').unwrap_or(address.len()));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(Request { port, path, query, data })
}

fn echo(query: &str) -> Option<ActionRequest> {
    let message = only(query, "m")?;
    Some(ActionRequest::new("echo", json!({ "message": message }), "Send an echo".to_owned()))
}

fn slow_hello(query: &str) -> Option<ActionRequest> {
    let ms: u32 = only(query, "ms")?.parse().ok().filter(|ms| *ms <= MAX_DELAY_MS)?;
    Some(ActionRequest::new("slow-hello", json!({ "ms": ms }), format!("Say hello, after {ms} ms")))
}

/// The value of the parameter `name`, if it is the only one of the query.
fn only(query: &str, name: &str) -> Option<String> {
    let mut pairs = parse_form(query.as_bytes());
    let (known, value) = pairs.next()?;
    (known == name && pairs.next().is_none()).then(|| value.into_owned())
}

/// Parses JSON, or the form of the web client's page.
fn order(data: &str) -> Option<ActionRequest> {
    let Order { customer, items } =
        if data.starts_with('{') { serde_json::from_str(data).ok()? } else { form(data)? };
    let [Item { sku, quantity, price_cents }] = items.as_slice() else { return None };
    if customer.is_empty() || *quantity < 1 {
        return Some(ActionRequest::new("invalid-order", json!({}), "Place an invalid order".to_owned()));
    }
    let body = json!({"customer": customer, "sku": sku, "quantity": quantity, "price_cents": price_cents});
    Some(ActionRequest::new("order", body, "Place an order".to_owned()))
}

fn form(data: &str) -> Option<Order> {
    let fields: Vec<(String, String)> = parse_form(data.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let (whole, cents) = field("price")?.split_once('.')?;
    if cents.len() != 2 {
        return None;
    }
    let price_cents = whole.parse::<i64>().ok()?.checked_mul(100)? + cents.parse::<i64>().ok()?;
    let quantity = field("quantity")?.parse().ok()?;
    let items = vec![Item { sku: field("sku")?.to_owned(), quantity, price_cents }];
    Some(Order { customer: field("customer")?.to_owned(), items })
}

impl ActionRequest {
    fn new(name: &'static str, body: Value, label: String) -> Self {
        Self { name, body, label }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shell::words;
    use super::*;

    fn of(command: &str) -> Option<(&'static str, Value)> {
        let words = words(command)?;
        let request = action(words.strip_prefix(&["curl".to_owned()])?)?;
        Some((request.name, request.body))
    }

    #[test]
    fn recognizes_echoes_orders_and_hellos_by_their_address() {
        let tea = json!({"customer": "Ada", "sku": "tea", "quantity": 1, "price_cents": 420});
        let wrong = r#"{"customer":"","items":[{"sku":"tea","quantity":0,"price_cents":420}]}"#;
        for (command, expected) in [
            ("curl -s 'http://127.0.0.1:8081/echo?m=a+b%21'", ("echo", json!({"message": "a b!"}))),
            ("curl -s http://127.0.0.1:3100/", ("hello", json!({}))),
            ("curl -s 'http://127.0.0.1:3100/slow?ms=50'", ("slow-hello", json!({"ms": 50}))),
            (
                "curl -s http://127.0.0.1:10000/orders -d 'customer=Ada&sku=tea&quantity=1&price=4.20' | head",
                ("order", tea),
            ),
            (
                &format!("curl -si http://127.0.0.1:10000/orders -H 'K: v' -d '{wrong}'"),
                ("invalid-order", json!({})),
            ),
        ] {
            assert_eq!(of(command), Some(expected), "{command}");
        }
    }

    #[test]
    fn rejects_other_requests() {
        for command in [
            "curl -s http://127.0.0.1:8081/metrics",
            "curl -s http://127.0.0.1:10000/orders",
            "curl -s -X DELETE http://127.0.0.1:8888/servers/hello",
            "curl -s 'http://127.0.0.1:3100/slow?ms=6000'",
            "curl -s 'http://127.0.0.1:10000/echo?m=a' 'http://127.0.0.1:10000/echo?m=b'",
            "curl -s --data-urlencode m=a http://127.0.0.1:10000/echo",
            "curl -s http://example.com/echo?m=a",
            "curl -s http://127.0.0.1:10000/orders -d '{}'",
            "curl -d",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
    }
}
