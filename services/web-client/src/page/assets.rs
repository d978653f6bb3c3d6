//! The files of the pages. A browser revalidates each by its entity tag.

use std::future::ready;
use std::hash::{DefaultHasher, Hash, Hasher};

use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, StatusCode};

/// A script.
pub(crate) fn script<S: Clone + Send + Sync + 'static>(text: &'static str) -> MethodRouter<S> {
    asset("text/javascript; charset=utf-8", text)
}

/// A file with this content type.
pub(super) fn asset<S: Clone + Send + Sync + 'static>(
    kind: &'static str,
    text: &'static str,
) -> MethodRouter<S> {
    let etag = etag(text);
    get(move |headers: HeaderMap| ready(respond(&headers, kind, text, &etag)))
}

fn respond(request: &HeaderMap, kind: &'static str, text: &'static str, etag: &str) -> Response {
    let headers = [(CACHE_CONTROL, "no-cache"), (ETAG, etag), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    if is_current(request, etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, kind)], text).into_response()
}

/// A quoted hash of the content.
fn etag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Whether `if-none-match` lists the entity tag, by the weak comparison of RFC 9110, 13.1.2.
fn is_current(request: &HeaderMap, etag: &str) -> bool {
    let listed = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    listed
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|listed| listed == "*" || listed.strip_prefix("W/").unwrap_or(listed) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_matches_in_a_list_weakly_or_by_the_wildcard() {
        let etag = etag("tea");
        let current = |value: String| {
            is_current(&HeaderMap::from_iter([(IF_NONE_MATCH, value.parse().unwrap())]), &etag)
        };
        for value in [etag.clone(), format!("W/{etag}"), format!("\"a\", {etag}"), "*".to_owned()] {
            assert!(current(value.clone()), "{value}");
        }
        for value in ["\"a\"".to_owned(), etag.trim_matches('"').to_owned(), String::new()] {
            assert!(!current(value.clone()), "{value}");
        }
        assert!(!is_current(&HeaderMap::new(), &etag));
    }
}
