//! The extractor of query strings.

use axum::extract::{FromRequestParts, Query as Lossy};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::form;
use crate::problem::Problem;

/// axum's `Query`, which replaces invalid UTF-8 by itself, for text that [`form()`] accepts. Other requests get status 400, with
/// the field's name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let invalid = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
        form(parts.uri.query().unwrap_or_default().as_bytes())
            .map_err(|error| invalid(format!("the parameter {error}")))?;
        let query = Lossy::try_from_uri(&parts.uri).map_err(|error| invalid(error.body_text()))?;
        Ok(Self(query.0))
    }
}
