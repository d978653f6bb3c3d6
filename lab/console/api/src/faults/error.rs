//! Why a fault could not be injected or cleared, and the status of the response.

use std::io;

use axum::http::StatusCode;
use catalog::Fault;
use faults::lock::LockError;
use kit::problem::Problem;

/// An error of injecting or clearing a fault.
#[derive(Debug, thiserror::Error)]
pub(super) enum FaultError {
    #[error("there is no fault {0:?}; the faults are\n{list}", list = Fault::list())]
    Unknown(String),
    #[error("seconds: got {0}, expected 10 to 300")]
    Seconds(u64),
    /// The fault stops containers.
    #[error("{name} stops containers, which the console cannot; in a shell: {command}", name = .0.name(), command = .0.command())]
    NeedsDocker(Fault),
    #[error("{name} needs a tutorial that was not started", name = .0.name())]
    NotStarted(Fault),
    /// The fault is injected, or is being injected or cleared.
    #[error("{name} is on already", name = .0.name())]
    AlreadyOn(Fault),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("cannot record the fault for the next console: {0}")]
    Journal(#[from] io::Error),
    /// The service that the fault disturbs returned an error or is unavailable.
    #[error("{0}")]
    Failed(String),
    #[error("the console is shutting down")]
    ShuttingDown,
}

impl From<FaultError> for Problem {
    fn from(error: FaultError) -> Self {
        let status = match error {
            FaultError::Unknown(_) => StatusCode::NOT_FOUND,
            FaultError::Seconds(_) => StatusCode::BAD_REQUEST,
            FaultError::NeedsDocker(_)
            | FaultError::NotStarted(_)
            | FaultError::AlreadyOn(_)
            | FaultError::Lock(LockError::Held { .. }) => StatusCode::CONFLICT,
            FaultError::Lock(LockError::File { .. }) | FaultError::Journal(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            FaultError::Failed(_) => StatusCode::BAD_GATEWAY,
            FaultError::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.to_string())
    }
}
