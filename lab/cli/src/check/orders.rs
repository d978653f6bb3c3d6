//! Claims on orders: a new one is counted and stored once, a repeated one returns the first, an invalid one is refused and
//! counted as failed.

use std::collections::BTreeSet;

use reqwest::StatusCode;

use super::{
    conservation::{Counter, counter, evaluate, increases},
    trace::random,
};
use clients::{Clients, order::Order};

use crate::table::{Claim, Failure};

/// Number of new orders.
const PLACED: usize = 40;
/// Number of orders repeated with the same idempotency key.
const REPEATED: usize = 10;
/// Number of invalid orders.
const INVALID: usize = 5;
/// Maximum number of pages of the list that are searched.
const MAX_PAGES: usize = 20;

/// Each counter with its increase by a new order, a repeated one and an invalid one.
const COUNTERS: [(Counter, [usize; 3]); 9] = [
    (
        counter(
            "web client, HTTP",
            r#"http_server_request_duration_seconds_count{job="web-client",http_route="/orders",http_request_method="POST"}"#,
        ),
        [1, 1, 1],
    ),
    (
        counter(
            "client, started",
            r#"grpc_client_started_total{job="web-client",grpc_service="go.micro.srv.order.Order",grpc_method="Create"}"#,
        ),
        [1, 1, 1],
    ),
    (
        counter(
            "client, handled OK",
            r#"grpc_client_handled_total{job="web-client",grpc_service="go.micro.srv.order.Order",grpc_method="Create",grpc_code="OK"}"#,
        ),
        [1, 1, 0],
    ),
    (
        counter(
            "client, handled InvalidArgument",
            r#"grpc_client_handled_total{job="web-client",grpc_service="go.micro.srv.order.Order",grpc_method="Create",grpc_code="InvalidArgument"}"#,
        ),
        [0, 0, 1],
    ),
    (
        counter(
            "micro_request_total, success",
            r#"micro_request_total{job="order-service",method="Order.Create",status="success"}"#,
        ),
        [1, 1, 0],
    ),
    (
        counter(
            "micro_request_total, fail",
            r#"micro_request_total{job="order-service",method="Order.Create",status="fail"}"#,
        ),
        [0, 0, 1],
    ),
    (
        counter(
            "micro_request_duration_seconds",
            r#"micro_request_duration_seconds_count{job="order-service",method="Order.Create"}"#,
        ),
        [1, 1, 1],
    ),
    (
        counter(
            "micro_upstream_latency_microseconds",
            r#"micro_upstream_latency_microseconds_count{job="order-service",method="Order.Create"}"#,
        ),
        [1, 1, 1],
    ),
    // The service removes the oldest orders when there are too many.
    (
        counter(
            "order_service_orders, stored or removed",
            r#"{__name__=~"order_service_orders(_removed_total)?",job="order-service"}"#,
        ),
        [1, 0, 0],
    ),
];

/// The ids in the responses.
#[derive(Debug, Default)]
struct Responses {
    /// Ids of the new orders.
    placed: Vec<String>,
    /// Ids of the repeated orders.
    repeated: Vec<String>,
}

/// Checks three claims on one series of requests.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let claims = [
        format!("{PLACED} orders, {REPEATED} of them repeated, {INVALID} invalid: counted exactly"),
        "a repeated order is the first one".to_owned(),
        "the list has each new order once".to_owned(),
    ];
    let customer = format!("check-{:016x}", random());
    let counters = COUNTERS.map(|(counter, _)| counter);
    let mut responses = Responses::default();
    let send = async {
        responses = place(clients, &customer).await?;
        let total =
            |[new, repeated, invalid]: [usize; 3]| new * PLACED + repeated * REPEATED + invalid * INVALID;
        Ok(COUNTERS.map(|(_, increase)| total(increase) as f64).to_vec())
    };
    let counted = increases(clients, &counters, send).await.and_then(|increases| evaluate(&increases));
    let listed = match list(clients).await {
        Ok(orders) => evaluate_list(&orders, &customer, &responses.placed),
        Err(error) => Err(error),
    };
    let results = [counted, evaluate_repeated(&responses), listed];
    claims.into_iter().zip(results).map(|(claim, result)| Claim::from_result(claim, result)).collect()
}

/// Sends all requests, one after another.
///
/// # Errors
///
/// Returns the first unexpected response.
async fn place(clients: &Clients, customer: &str) -> Result<Responses, Failure> {
    let mut responses = Responses::default();
    let key = |number: usize| format!("{customer}-{number}");
    for number in 0..PLACED {
        responses.placed.push(place_one(clients, customer, &key(number)).await?);
    }
    for number in 0..REPEATED {
        responses.repeated.push(place_one(clients, customer, &key(number)).await?);
    }
    for _ in 0..INVALID {
        let response = clients.orders.place_invalid(customer).send().await?;
        if response.status() != StatusCode::BAD_REQUEST {
            return Err(format!("an order without items is answered with {}", response.status()).into());
        }
    }
    Ok(responses)
}

/// Places a valid order, and returns its id.
async fn place_one(clients: &Clients, customer: &str, key: &str) -> Result<String, Failure> {
    let request = clients.orders.place(customer).header("idempotency-key", key);
    let order: Order = request.json().await?;
    Ok(order.id)
}

async fn list(clients: &Clients) -> Result<Vec<Order>, Failure> {
    let mut orders = Vec::new();
    let mut token = String::new();
    for _ in 0..MAX_PAGES {
        let page = clients.orders.list(&token).await?;
        orders.extend(page.orders);
        token = page.next_page_token;
        if token.is_empty() || orders.len() > 2 * (PLACED + REPEATED) {
            break;
        }
    }
    Ok(orders)
}

fn evaluate_repeated(responses: &Responses) -> Result<String, Failure> {
    let ids: BTreeSet<&String> = responses.placed.iter().collect();
    if responses.repeated.is_empty() || ids.len() != PLACED {
        return Err(format!("{} orders were placed, with {} ids", responses.placed.len(), ids.len()).into());
    }
    let other = responses.placed.iter().zip(&responses.repeated).find(|(first, repeated)| first != repeated);
    match other {
        Some((first, repeated)) => Err(format!("the key of {first} returned {repeated}").into()),
        None => Ok(format!("{REPEATED} repeated keys returned the first id")),
    }
}

fn evaluate_list(orders: &[Order], customer: &str, placed: &[String]) -> Result<String, Failure> {
    let mut listed: Vec<&str> =
        orders.iter().filter(|order| order.customer == customer).map(|order| order.id.as_str()).collect();
    let mut expected: Vec<&str> = placed.iter().map(String::as_str).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    if listed == expected && !expected.is_empty() {
        Ok(format!("{} ids of {customer}", listed.len()))
    } else {
        Err(format!("{} orders of {customer} are listed, {} were placed", listed.len(), expected.len())
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("o{number:02}")).collect()
    }

    #[test]
    fn a_repeated_key_that_returns_another_order_fails() {
        let same = Responses { placed: ids(PLACED), repeated: ids(REPEATED) };
        assert!(evaluate_repeated(&same).is_ok());
        let mut repeated = ids(REPEATED);
        repeated[3] = "new".into();
        let reason = evaluate_repeated(&Responses { placed: ids(PLACED), repeated }).unwrap_err().to_string();
        assert_eq!(reason, "the key of o03 returned new");
        assert!(evaluate_repeated(&Responses::default()).is_err());
    }

    #[test]
    fn the_list_must_contain_exactly_the_customers_orders() {
        let order = |id: &str, customer: &str| Order { id: id.into(), customer: customer.into() };
        let placed = ["a".to_owned(), "b".to_owned()];
        let listed = [order("b", "c"), order("x", "other"), order("a", "c")];
        assert_eq!(evaluate_list(&listed, "c", &placed).unwrap(), "2 ids of c");
        assert!(evaluate_list(&listed[..2], "c", &placed).is_err());
        let twice = [order("a", "c"), order("a", "c"), order("b", "c")];
        assert!(evaluate_list(&twice, "c", &placed).is_err());
        assert!(evaluate_list(&[], "c", &[]).is_err());
    }
}
