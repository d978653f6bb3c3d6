//! `POST /orders`: places an order.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{Redirect, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};

use super::draft::{Body, new_key};
use super::error::RequestError;
use super::form::Form;
use super::{Orders, accept, page};
use crate::reply;

/// Programs receive the order and its address. Browsers are redirected to the page, or get the form with its errors.
pub(super) async fn place(
    State(orders): State<Orders>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = Body::read(&headers, body);
    let form = match &body {
        Ok(Body::Form(form)) if accept::prefers_page(&headers) => Some(form.clone()),
        _ => None,
    };
    let placed = match body.and_then(|body| body.into_request(&headers)) {
        Ok(request) => orders.create(request).await,
        Err(error) => Err(error),
    };
    match (placed, form) {
        (Ok(order), Some(_)) => {
            reply::with_headers(Redirect::to(&format!("/orders?placed={}", page::encoded(&order.id))))
        }
        (Ok(order), None) => {
            let location = format!("/orders/{}", page::encoded(&order.id));
            reply::with_headers((StatusCode::CREATED, [(LOCATION, location)], Json(order)))
        }
        (Err(error), Some(form)) => page::rejected(&orders, form_to_retry(form, &error), &error).await,
        (Err(error), None) => reply::with_headers(error),
    }
}

/// The form to send again. It keeps its key, because the order may have been placed despite the error, unless the key belongs
/// to another order.
fn form_to_retry(form: Form, error: &RequestError) -> Form {
    match error.status() {
        StatusCode::CONFLICT => Form { idempotency_key: new_key(), ..form },
        _ => form,
    }
}
