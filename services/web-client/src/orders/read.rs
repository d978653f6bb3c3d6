//! `GET /orders`, for people or programs, and `GET /orders/{id}`.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use http::header::VARY;
use serde::Deserialize;

use super::refusal::Refusal;
use super::{Orders, accept, page};
use crate::reply;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// 0: as many as the server likes.
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
    query: Result<Query<Asked>, QueryRejection>,
) -> Response {
    if accept::page(&headers) {
        // A page shows what it can of a query that somebody typed.
        let asked = query.map(|Query(asked)| asked).unwrap_or_default();
        return page::show(&orders, asked).await;
    }
    let answer = match query {
        Ok(Query(asked)) => orders.list(asked.page_size, asked.page_token).await.map(Json),
        Err(rejection) => Err(Refusal::from(rejection)),
    };
    let mut response = reply::finished(answer);
    response.headers_mut().insert(VARY, http::HeaderValue::from_static("accept"));
    response
}

pub(super) async fn one(State(orders): State<Orders>, id: Result<Path<String>, PathRejection>) -> Response {
    let answer = match id {
        Ok(Path(id)) => orders.get(id).await.map(Json),
        Err(rejection) => Err(Refusal::from(rejection)),
    };
    reply::finished(answer)
}
