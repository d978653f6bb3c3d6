//! `POST /orders`: places an order.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{Redirect, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use super::draft::{Body, new_key};
use super::form::Form;
use super::refusal::Refusal;
use super::{Orders, accept, page};
use crate::reply;

/// What stands for itself in a path and a query.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A program gets the order and its address; a browser is sent to the page, or shown its form with what is wrong.
pub(super) async fn place(
    State(orders): State<Orders>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = Body::read(&headers, body);
    let form = match &body {
        Ok(Body::Form(form)) if accept::page(&headers) => Some(form.clone()),
        _ => None,
    };
    let placed = match body.and_then(|body| body.call(&headers)) {
        Ok(request) => orders.create(request).await,
        Err(refusal) => Err(refusal),
    };
    match (placed, form) {
        (Ok(order), Some(_)) => {
            reply::finished(Redirect::to(&format!("/orders?placed={}", encoded(&order.id))))
        }
        (Ok(order), None) => {
            let location = format!("/orders/{}", encoded(&order.id));
            reply::finished((StatusCode::CREATED, [(LOCATION, location)], Json(order)))
        }
        (Err(refusal), Some(form)) => {
            page::refused(&orders, form_to_send_again(form, &refusal), &refusal).await
        }
        (Err(refusal), None) => reply::finished(refusal),
    }
}

/// The key stays, so that an order that was placed in spite of it is not placed twice. One that belongs to another
/// order is of no use.
fn form_to_send_again(form: Form, refusal: &Refusal) -> Form {
    match refusal.status() {
        StatusCode::CONFLICT => Form { idempotency_key: new_key(), ..form },
        _ => form,
    }
}

pub(super) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, UNRESERVED)
}
