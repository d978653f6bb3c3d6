//! `GET /orders`, as a page or as JSON, and `GET /orders/{id}`.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use http::header::VARY;
use kit::problem::Problem;
use kit::text::Query;
use serde::Deserialize;

use super::error::RequestError;
use super::{Orders, accept, page};
use crate::reply;

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    /// 0 means the server's default.
    #[serde(default)]
    pub(super) page_size: u32,
    #[serde(default)]
    pub(super) page_token: String,
    /// The id of the order that the form has just placed.
    pub(super) placed: Option<String>,
}

pub(super) async fn list(
    State(orders): State<Orders>,
    headers: HeaderMap,
    query: Result<Query<ListQuery>, Problem>,
) -> Response {
    if accept::prefers_page(&headers) {
        // The page ignores an invalid query.
        let query = query.map(|Query(query)| query).unwrap_or_default();
        return page::show(&orders, query.page_token, query.placed).await;
    }
    let response = match query {
        Ok(Query(query)) => orders.list(query.page_size, query.page_token).await.map(Json),
        Err(rejection) => Err(RequestError::from(rejection)),
    };
    let mut response = reply::with_headers(response);
    response.headers_mut().insert(VARY, http::HeaderValue::from_static("accept"));
    response
}

pub(super) async fn one(State(orders): State<Orders>, id: Result<Path<String>, PathRejection>) -> Response {
    let response = match id {
        Ok(Path(id)) => orders.get(id).await.map(Json),
        Err(rejection) => Err(RequestError::from(rejection)),
    };
    reply::with_headers(response)
}
