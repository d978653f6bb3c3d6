//! Basic authentication with bcrypt hashes, and the headers of every response.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use ring::hmac;
use ring::rand::SystemRandom;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::{Reloaded, Web};
use crate::problem::Problem;

/// The users of a server.
#[derive(Debug)]
pub(super) struct Users {
    /// bcrypt hashes by name.
    hashes: BTreeMap<String, String>,
    /// Authenticators of credentials that were verified, because a verification takes a tenth of a second on purpose.
    verified: Mutex<HashSet<[u8; 32]>>,
    key: hmac::Key,
    /// Limits the CPU time that wrong passwords can take.
    verifications: Semaphore,
}

/// Verifications at the same time.
const MAX_VERIFICATIONS: usize = 1;

impl Users {
    /// The users with these hashes; `None` without users. The error is the name of a user without a valid hash.
    pub(super) fn new(hashes: BTreeMap<String, String>) -> Result<Option<Self>, String> {
        let invalid = hashes.iter().find(|(_, hash)| hash.parse::<bcrypt::HashParts>().is_err());
        if let Some((user, _)) = invalid {
            return Err(user.clone());
        }
        if hashes.is_empty() {
            return Ok(None);
        }
        // The system's generator fails only without a source of randomness, and then TLS does not work either.
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| String::new())?;
        let verifications = Semaphore::new(MAX_VERIFICATIONS);
        Ok(Some(Self { hashes, verified: Mutex::default(), key, verifications }))
    }

    async fn authenticate(&self, headers: &HeaderMap) -> bool {
        let Some((user, password)) = credentials(headers) else { return false };
        let tag: [u8; 32] = match hmac::sign(&self.key, format!("{}:{user}{password}", user.len()).as_bytes())
            .as_ref()
            .try_into()
        {
            Ok(tag) => tag,
            Err(_) => return false,
        };
        if self.verified.lock().unwrap_or_else(PoisonError::into_inner).contains(&tag) {
            return true;
        }
        let Ok(_permit) = self.verifications.acquire().await else { return false };
        // An unknown user takes as long as a known one.
        let known = self.hashes.get(&user);
        let Some(hash) = known.or_else(|| self.hashes.values().next()).cloned() else { return false };
        let verify = move || bcrypt::verify(password, &hash).unwrap_or(false);
        let is_valid = spawn_blocking(verify).await.unwrap_or(false) && known.is_some();
        if is_valid {
            self.verified.lock().unwrap_or_else(PoisonError::into_inner).insert(tag);
        }
        is_valid
    }
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Middleware for `axum::middleware::from_fn_with_state`: requests need the password of a user, if the web-config file
/// has any, and responses get its headers. A request without gets status 401, and is counted. `/healthz` needs no
/// password, because health checks have none.
pub async fn require_basic_auth(
    State(web): State<Arc<Reloaded<Web>>>,
    request: Request,
    next: Next,
) -> Response {
    let current = web.get();
    let is_authenticated = match &current.users {
        Some(users) if request.uri().path() != "/healthz" => users.authenticate(request.headers()).await,
        _ => true,
    };
    let mut response = if is_authenticated {
        next.run(request).await
    } else {
        web.metrics().refuse_request("no valid user and password");
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "a user and a password are required");
        let mut response = problem.into_response();
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
        response
    };
    response.headers_mut().extend(current.headers.clone());
    response
}
