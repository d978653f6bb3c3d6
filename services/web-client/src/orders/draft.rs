//! What is to be ordered, as a request says it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use lookout_proto::order::CreateRequest;
use serde::Deserialize;

use super::form::Form;
use super::json::Item;
use super::refusal::Refusal;

const KEY: &str = "idempotency-key";
const EXPECTED: &str = "expected application/json or application/x-www-form-urlencoded";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    pub(super) customer: String,
    pub(super) items: Vec<Item>,
}

/// A request's body.
#[derive(Debug)]
pub(super) enum Body {
    Json(Draft),
    Form(Form),
}

impl Body {
    pub(super) fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Self, Refusal> {
        let body = body?;
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/json" => match serde_json::from_slice(&body) {
                Ok(draft) => Ok(Self::Json(draft)),
                Err(error) => Err(Refusal::new(StatusCode::BAD_REQUEST, format!("the body: {error}"))),
            },
            "application/x-www-form-urlencoded" => Ok(Self::Form(Form::parse(&body))),
            other => {
                let detail = format!("the content-type is \"{other}\", {EXPECTED}");
                Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
            }
        }
    }

    /// The call to make. Its key is the header's, else the form's, else a new one.
    pub(super) fn call(self, headers: &HeaderMap) -> Result<CreateRequest, Refusal> {
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

/// With or without the quotes that the header's draft standard has. An empty one is none.
fn header_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let text = value
        .to_str()
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the Idempotency-Key is not ASCII"))?;
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim();
    Ok((!bare.is_empty()).then(|| bare.to_owned()))
}
