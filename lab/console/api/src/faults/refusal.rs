//! Why a fault is not thrown, or not taken back.

use std::io;

use axum::http::StatusCode;
use catalog::Fault;
use faults::lock::LockError;
use kit::problem::Problem;

/// What the caller is told.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// There is no such fault.
    #[error("there is no fault {0:?}; the faults are\n{list}", list = Fault::list())]
    Unknown(String),
    /// Not a length.
    #[error("seconds: got {0}, expected 10 to 300")]
    Seconds(u64),
    /// It stops containers.
    #[error("{name} stops containers, which the console cannot; in a shell: {command}", name = .0.name(), command = .0.command())]
    Command(Fault),
    /// Its tutorial does not run.
    #[error("{name} needs a tutorial that was not started", name = .0.name())]
    NotStarted(Fault),
    /// It is on, or being thrown or taken back.
    #[error("{name} is on already", name = .0.name())]
    On(Fault),
    /// Another run has the lab.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It could not be noted for the next console.
    #[error("the fault cannot be noted for the next console: {0}")]
    Note(#[from] io::Error),
    /// The part that it breaks.
    #[error("{0}")]
    Failed(String),
    /// The console stops.
    #[error("the console is being stopped")]
    Stopping,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Unknown(_) => StatusCode::NOT_FOUND,
            Refusal::Seconds(_) => StatusCode::BAD_REQUEST,
            Refusal::Command(_)
            | Refusal::NotStarted(_)
            | Refusal::On(_)
            | Refusal::Lock(LockError::Held { .. }) => StatusCode::CONFLICT,
            Refusal::Lock(LockError::File { .. }) | Refusal::Note(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Failed(_) => StatusCode::BAD_GATEWAY,
            Refusal::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, refusal.to_string())
    }
}
