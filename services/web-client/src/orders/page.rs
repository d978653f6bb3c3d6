//! The page of orders. Without its script it places and lists; with it, it follows.

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};

use super::Orders;
use super::draft::new_key;
use super::form::{Form, Line, price};
use super::json::{self, Order};
use super::place::encoded;
use super::read::Asked;
use super::refusal::Refusal;
use crate::page::{Answer, Tab};

/// How many orders it shows.
const PAGE_SIZE: u32 = 20;

/// The form and the orders; where the form has just placed one, also that.
pub(super) async fn show(orders: &Orders, asked: Asked) -> Response {
    let newest = asked.page_token.is_empty();
    let list = orders.list(PAGE_SIZE, asked.page_token).await;
    let status = list.as_ref().map_or_else(Refusal::status, |_| StatusCode::OK);
    let answer = match (&list, asked.placed) {
        (Err(refusal), _) => failure(orders, refusal),
        (Ok(_), Some(id)) => placed(orders, &id),
        (Ok(_), None) => html! {},
    };
    let form = form(orders, &Form::example(new_key()), &answer);
    let list = listed(list.ok().as_ref(), newest);
    orders.frame.page(Tab::Orders, status, &html! { (form) (list) })
}

/// The form as it was sent, and what is wrong with it.
pub(super) async fn refused(orders: &Orders, sent: Form, refusal: &Refusal) -> Response {
    let form = form(orders, &sent, &failure(orders, refusal));
    let list = listed(orders.list(PAGE_SIZE, String::new()).await.ok().as_ref(), true);
    orders.frame.page(Tab::Orders, refusal.status(), &html! { (form) (list) })
}

fn placed(orders: &Orders, id: &str) -> Markup {
    orders.frame.answer(&Answer {
        good: true,
        reply: html! { "Order placed" },
        facts: html! { a href={ "/orders/" (encoded(id)) } { code { (id) } } },
        trace_id: None,
    })
}

/// The problem's detail; where fields are known, these instead, for it sums up no more.
fn failure(orders: &Orders, refusal: &Refusal) -> Markup {
    let answer = Answer::failed(&refusal.problem);
    if refusal.errors.is_empty() {
        return orders.frame.answer(&answer);
    }
    let facts = html! {
        @for error in &refusal.errors { span { code { (error.field) } " " (error.description) } }
    };
    orders.frame.answer(&Answer { facts, ..answer })
}

fn form(orders: &Orders, form: &Form, answer: &Markup) -> Markup {
    html! {
        section.card {
            h1 { "Place an order" }
            (orders.frame.way())
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
            output #result for="order" { (answer) }
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

/// Without a list, the place for one: the script fills it once the service is back.
fn listed(list: Option<&json::Orders>, newest: bool) -> Markup {
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
                @if list.is_some() { "None yet." } @else { "They cannot be had at the moment." }
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

/// The script fills the same row by `data-of`.
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

/// The time of day in `2026-01-31T12:34:56.789Z`. The script makes it the reader's own.
fn clock(time: &str) -> String {
    time.get(11..19).map_or_else(String::new, |clock| format!("{clock} UTC"))
}
