//! Who may ask, and what every answer says about itself.
//!
//! The console listens on loopback, so that its visitors are whatever runs in this machine's browsers. Pages of others
//! must neither read it under a name of theirs (DNS rebinding) nor change anything through it.

mod admission;
mod headers;
mod problems;
mod token;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};

pub(crate) use self::headers::headers;
pub(crate) use self::token::Token;
use crate::state::Shared;

/// Of a request, in bytes.
const MAX_BODY: usize = 64 << 10;

/// Lets only admitted requests through, and makes a problem document of every refusal, the router's own among them.
pub(crate) fn guarded(router: Router, console: Shared) -> Router {
    router
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(console, admission::admit))
        .layer(map_response(problems::documented))
}
