//! Claims on orders: what is placed is counted and kept exactly once, what is repeated is the same order, what is invalid
//! is refused and counted as failed.

use std::collections::BTreeSet;

use reqwest::StatusCode;

use super::{
    conservation::{Counter, counter, judge, moved},
    trace::random,
};
use clients::{Clients, order::Order};

use crate::table::Claim;

/// Orders that are placed, of these repeated with the same key, and requests that no order can come of.
const PLACED: usize = 40;
const REPEATED: usize = 10;
const INVALID: usize = 5;
/// Pages of the list that are looked through at most.
const PAGES: usize = 20;

/// Each with how often a new order, a repeated one and an invalid one raises it.
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
    // The oldest have to go when there are too many.
    (
        counter(
            "order_service_orders, kept or removed",
            r#"{__name__=~"order_service_orders(_removed_total)?",job="order-service"}"#,
        ),
        [1, 0, 0],
    ),
];

/// What was answered.
#[derive(Debug, Default)]
struct Answers {
    /// Ids of the new orders.
    placed: Vec<String>,
    /// Ids that the repeated ones got.
    repeated: Vec<String>,
}

/// Four claims, of one round of requests.
pub(super) async fn claims(parts: &Clients) -> Vec<Claim> {
    let claims = [
        format!("{PLACED} orders, {REPEATED} of them repeated, {INVALID} invalid: counted exactly"),
        "a repeated order is the first one".to_owned(),
        "the list has each new order once".to_owned(),
    ];
    let customer = format!("check-{:016x}", random());
    let counters = COUNTERS.map(|(counter, _)| counter);
    let mut answers = Answers::default();
    let send = async {
        answers = place(parts, &customer).await?;
        let more = |[new, again, bad]: [usize; 3]| (new * PLACED + again * REPEATED + bad * INVALID) as f64;
        Ok(COUNTERS.map(|(_, times)| more(times)).to_vec())
    };
    let counted = moved(parts, &counters, send).await.and_then(|moved| judge(&moved));
    let listed = match list(parts).await {
        Ok(orders) => judge_list(&orders, &customer, &answers.placed),
        Err(error) => Err(error),
    };
    let results = [counted, judge_repeated(&answers), listed];
    claims.into_iter().zip(results).map(|(claim, result)| Claim::from_result(claim, result)).collect()
}

/// Sends all requests, one after the other: each answer is what it should be, or an error names the first that is not.
async fn place(parts: &Clients, customer: &str) -> Result<Answers, String> {
    let mut answers = Answers::default();
    let key = |number: usize| format!("{customer}-{number}");
    for number in 0..PLACED {
        answers.placed.push(accepted(parts, customer, &key(number)).await?);
    }
    for number in 0..REPEATED {
        answers.repeated.push(accepted(parts, customer, &key(number)).await?);
    }
    for _ in 0..INVALID {
        let answer = parts.orders.place_invalid(customer).send().await.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::BAD_REQUEST {
            return Err(format!("an order without items is answered {}", answer.status()));
        }
    }
    Ok(answers)
}

/// Places an order that must be accepted, and gives its id.
async fn accepted(parts: &Clients, customer: &str, key: &str) -> Result<String, String> {
    let request = parts.orders.place(customer).header("idempotency-key", key);
    let order: Order = request.json().await.map_err(|error| error.to_string())?;
    Ok(order.id)
}

async fn list(parts: &Clients) -> Result<Vec<Order>, String> {
    let mut orders = Vec::new();
    let mut token = String::new();
    for _ in 0..PAGES {
        let page = parts.orders.list(&token).await.map_err(|error| error.to_string())?;
        orders.extend(page.orders);
        token = page.next_page_token;
        if token.is_empty() || orders.len() > 2 * (PLACED + REPEATED) {
            break;
        }
    }
    Ok(orders)
}

fn judge_repeated(answers: &Answers) -> Result<String, String> {
    let ids: BTreeSet<&String> = answers.placed.iter().collect();
    if answers.repeated.is_empty() || ids.len() != PLACED {
        return Err(format!("{} orders were placed, with {} ids", answers.placed.len(), ids.len()));
    }
    let other = answers.placed.iter().zip(&answers.repeated).find(|(first, again)| first != again);
    match other {
        Some((first, again)) => Err(format!("the key of {first} is answered with {again}")),
        None => Ok(format!("{REPEATED} keys again: {REPEATED} times the first id")),
    }
}

fn judge_list(orders: &[Order], customer: &str, placed: &[String]) -> Result<String, String> {
    let mut listed: Vec<&str> =
        orders.iter().filter(|order| order.customer == customer).map(|order| order.id.as_str()).collect();
    let mut wanted: Vec<&str> = placed.iter().map(String::as_str).collect();
    listed.sort_unstable();
    wanted.sort_unstable();
    if listed == wanted && !wanted.is_empty() {
        Ok(format!("{} ids of {customer}", listed.len()))
    } else {
        Err(format!("{} orders of {customer} are listed, {} were placed", listed.len(), wanted.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("o{number:02}")).collect()
    }

    #[test]
    fn a_repeated_key_with_another_order_fails() {
        let same = Answers { placed: ids(PLACED), repeated: ids(REPEATED) };
        assert!(judge_repeated(&same).is_ok());
        let mut repeated = ids(REPEATED);
        repeated[3] = "new".into();
        let said = judge_repeated(&Answers { placed: ids(PLACED), repeated }).unwrap_err();
        assert_eq!(said, "the key of o03 is answered with new");
        assert!(judge_repeated(&Answers::default()).is_err());
    }

    #[test]
    fn the_list_is_held_to_the_ids_of_this_customer() {
        let order = |id: &str, customer: &str| Order { id: id.into(), customer: customer.into() };
        let placed = ["a".to_owned(), "b".to_owned()];
        let listed = [order("b", "c"), order("x", "other"), order("a", "c")];
        assert_eq!(judge_list(&listed, "c", &placed).unwrap(), "2 ids of c");
        assert!(judge_list(&listed[..2], "c", &placed).is_err());
        let twice = [order("a", "c"), order("a", "c"), order("b", "c")];
        assert!(judge_list(&twice, "c", &placed).is_err());
        assert!(judge_list(&[], "c", &[]).is_err());
    }
}
