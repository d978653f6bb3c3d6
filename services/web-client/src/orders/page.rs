//! The page of orders. It places and lists orders without its script, and follows them with it.

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use super::Orders;
use super::draft::new_key;
use super::error::RequestError;
use super::form::{Form, Line, price};
use super::json::{self, Order};
use crate::page::{Outcome, Tab};

/// Characters that are not percent-encoded in a path or query.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Number of orders on a page.
const PAGE_SIZE: u32 = 20;

/// The form and the list; after the form has placed an order, also that order.
pub(super) async fn show(orders: &Orders, page_token: String, placed_id: Option<String>) -> Response {
    let newest = page_token.is_empty();
    let list = orders.list(PAGE_SIZE, page_token).await;
    let status = list.as_ref().map_or_else(RequestError::status, |_| StatusCode::OK);
    let outcome = match (&list, placed_id) {
        (Err(error), _) => failure(orders, error),
        (Ok(_), Some(id)) => placed(orders, &id),
        (Ok(_), None) => html! {},
    };
    let form = form(orders, &Form::example(new_key()), &outcome);
    let list = order_list(list.ok().as_ref(), newest);
    orders.frame.page(Tab::Orders, status, &html! { (form) (list) })
}

/// The form as it was sent, with its errors.
pub(super) async fn rejected(orders: &Orders, sent: Form, error: &RequestError) -> Response {
    let form = form(orders, &sent, &failure(orders, error));
    let list = order_list(orders.list(PAGE_SIZE, String::new()).await.ok().as_ref(), true);
    orders.frame.page(Tab::Orders, error.status(), &html! { (form) (list) })
}

/// Percent-encodes a value for a path or query.
pub(super) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, UNRESERVED)
}

fn placed(orders: &Orders, id: &str) -> Markup {
    orders.frame.result(&Outcome {
        good: true,
        reply: html! { "Order placed" },
        facts: html! { a href={ "/orders/" (encoded(id)) } { code { (id) } } },
        trace_id: None,
    })
}

/// The problem's detail, or the errors of its fields if there are any.
fn failure(orders: &Orders, error: &RequestError) -> Markup {
    let outcome = Outcome::failed(&error.problem);
    if error.errors.is_empty() {
        return orders.frame.result(&outcome);
    }
    let facts = html! {
        @for error in &error.errors { span { code { (error.field) } " " (error.description) } }
    };
    orders.frame.result(&Outcome { facts, ..outcome })
}

fn form(orders: &Orders, form: &Form, outcome: &Markup) -> Markup {
    html! {
        section.card {
            h1 { "Place an order" }
            (orders.frame.path())
            form #order method="post" action="/orders" data-traces=[orders.frame.traces()] {
                input type="hidden" name="idempotency_key" value=(form.idempotency_key);
                label for="customer" { "Customer" }
                input #customer name="customer" value=(form.customer) required autocomplete="off" spellcheck="false";
                @for (index, line) in form.items.iter().enumerate() { (item(index, line)) }
                div.buttons {
                    button { "Place order" }
                    button #more.quiet type="button" hidden { "Another item" }
                }
            }
            output #result for="order" { (outcome) }
        }
    }
}

fn item(index: usize, line: &Line) -> Markup {
    html! {
        fieldset.item {
            legend { "Item " span data-of="number" { (index + 1) } }
            label { "Article" input name="sku" value=(line.sku) required autocomplete="off" spellcheck="false"; }
            label { "Quantity" input name="quantity" value=(line.quantity) required inputmode="numeric" pattern="[0-9]+"
                autocomplete="off" title="A whole number, such as 2"; }
            label { "Price of one" input name="price" value=(line.price) required inputmode="decimal"
                pattern="[0-9]+([.,][0-9]{1,2})?" autocomplete="off" title="A price, such as 4.20"; }
        }
    }
}

/// The list of orders. It is empty while the service is unavailable; the script fills it later.
fn order_list(list: Option<&json::Orders>, newest: bool) -> Markup {
    let orders = list.map_or(&[][..], |list| &list.orders);
    let older = list.map(|list| &*list.next_page_token).filter(|token| !token.is_empty());
    html! {
        section.card {
            div.head {
                h2 { "Orders" }
                p #live role="status" {
                    a href="/orders" { @if newest { "Reload" } @else { "Newest" } }
                }
            }
            p #none hidden[!orders.is_empty()] {
                @if list.is_some() { "None yet." } @else { "The order service is unavailable." }
            }
            ol #orders.orders data-follow[newest] data-limit=(PAGE_SIZE) {
                @for order in orders { (row(order)) }
            }
            template #row { (row(&Order::default())) }
            @if let Some(token) = older {
                p.older { a rel="next" href={ "/orders?page_token=" (encoded(token)) } { "Older orders" } }
            }
        }
    }
}

/// A row. The script fills its copy of the row by `data-of`.
fn row(order: &Order) -> Markup {
    let items =
        order.items.iter().map(|item| format!("{} × {}", item.quantity, item.sku)).collect::<Vec<_>>();
    let created = order.created_at.as_deref().unwrap_or_default();
    html! {
        li data-id=(order.id) {
            span.who data-of="customer" { (order.customer) }
            span.total data-of="total" { (price(order.total_cents)) }
            span.what data-of="items" { (items.join(", ")) }
            (progress(order.state))
            a.id data-of="id" href={ "/orders/" (encoded(&order.id)) } { code { (order.id) } }
            time data-of="time" datetime=(created) { (clock(created)) }
        }
    }
}

fn progress(state: &str) -> Markup {
    html! { span.state data-of="state" data-state=(state) { (state) } }
}

/// The time of day of `2026-01-31T12:34:56.789Z`. The script replaces it by the reader's local time.
fn clock(time: &str) -> String {
    time.get(11..19).map_or_else(String::new, |clock| format!("{clock} UTC"))
}
