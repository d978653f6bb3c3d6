//! The order in a request's body, as JSON or as a form.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use lookout_proto::order::CreateRequest;

use super::error::RequestError;
use super::form::Form;
use super::json::Draft;

const KEY: &str = "idempotency-key";
const EXPECTED: &str = "expected application/json or application/x-www-form-urlencoded";

/// The body of a request.
#[derive(Debug)]
pub(super) enum Body {
    Json(Draft),
    Form(Form),
}

impl Body {
    pub(super) fn read(
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Result<Self, RequestError> {
        let body = body?;
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/json" => match serde_json::from_slice(&body) {
                Ok(draft) => Ok(Self::Json(draft)),
                Err(error) => Err(RequestError::new(StatusCode::BAD_REQUEST, format!("the body: {error}"))),
            },
            "application/x-www-form-urlencoded" => Form::parse(&body).map(Self::Form),
            other => {
                let detail = format!("the content-type is \"{other}\", {EXPECTED}");
                Err(RequestError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
            }
        }
    }

    /// The request for the service. Its idempotency key is the header's, or else the form's, or else a new one.
    pub(super) fn into_request(self, headers: &HeaderMap) -> Result<CreateRequest, RequestError> {
        let (draft, own_key) = match self {
            Self::Json(draft) => (draft, String::new()),
            Self::Form(form) => (form.draft()?, form.idempotency_key),
        };
        let idempotency_key = match header_key(headers)? {
            Some(key) => key,
            None if own_key.is_empty() => new_key(),
            None => own_key,
        };
        let items = draft.items.into_iter().map(Into::into).collect();
        Ok(CreateRequest { idempotency_key, customer: draft.customer, items })
    }
}

pub(super) fn new_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The header's value, with or without the quotes of its draft standard; `None` if it is empty.
fn header_key(headers: &HeaderMap) -> Result<Option<String>, RequestError> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let text = value
        .to_str()
        .map_err(|_| RequestError::new(StatusCode::BAD_REQUEST, "the Idempotency-Key is not ASCII"))?;
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim();
    Ok((!bare.is_empty()).then(|| bare.to_owned()))
}
