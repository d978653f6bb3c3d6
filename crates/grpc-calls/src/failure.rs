//! The code of a call that failed without a response.

use std::any::Any;
use std::error::Error;

use tonic::{Code, Status, TimeoutExpired};

use crate::BoxError;

/// The code that tonic gives the caller, but an expired deadline is `DeadlineExceeded`: tonic says
/// `Cancelled` of its own timer.
pub(crate) fn of_status(status: &Status) -> Code {
    if in_chain::<TimeoutExpired>(status).is_some() { Code::DeadlineExceeded } else { status.code() }
}

/// The code a client sees when a server's service fails: that of a [`Status`] among the error's
/// causes, which tonic's server makes a response of. Any other error resets the stream, which is
/// `Internal`.
pub(crate) fn of_service<E: 'static>(error: &E) -> Code {
    let error = error as &dyn Any;
    let cause: &(dyn Error + 'static) = if let Some(status) = error.downcast_ref::<Status>() {
        status
    } else if let Some(boxed) = error.downcast_ref::<BoxError>() {
        &**boxed
    } else {
        return Code::Internal;
    };
    if in_chain::<TimeoutExpired>(cause).is_some() {
        return Code::DeadlineExceeded;
    }
    in_chain::<Status>(cause).map_or(Code::Internal, Status::code)
}

/// Whether a request's body failed because its caller reset the call, or because the connection is
/// gone.
pub(crate) fn is_callers_going(error: &(dyn Error + 'static)) -> bool {
    in_chain::<h2::Error>(error).is_some_and(|error| error.is_remote() || error.is_io())
}

fn in_chain<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_status_keeps_its_code() {
        assert_eq!(of_status(&Status::aborted("")), Code::Aborted);
        assert_eq!(of_service(&Status::aborted("")), Code::Aborted);
        let boxed: BoxError = Status::not_found("").into();
        assert_eq!(of_service(&boxed), Code::NotFound);
    }

    #[test]
    fn an_expired_timer_is_an_exceeded_deadline() {
        let boxed: BoxError = TimeoutExpired(()).into();
        assert_eq!(of_service(&boxed), Code::DeadlineExceeded);
        let status = Status::from_error(boxed);
        assert_eq!(
            status.code(),
            Code::Cancelled,
            "tonic says DeadlineExceeded itself: of_status is in vain"
        );
        assert_eq!(of_status(&status), Code::DeadlineExceeded);
    }

    #[test]
    fn only_what_comes_from_the_caller_is_its_going() {
        for error in [
            BoxError::from("too long"),
            Status::cancelled("by a layer").into(),
            // Ours, about a caller that breaks the protocol.
            h2::Error::from(h2::Reason::PROTOCOL_ERROR).into(),
        ] {
            assert!(!is_callers_going(&*error), "{error}");
        }
    }

    #[test]
    fn an_error_without_status_resets_the_stream() {
        let boxed: BoxError = "broken".into();
        assert_eq!(of_service(&boxed), Code::Internal);
        assert_eq!(of_service::<Result<(), Infallible>>(&Ok(())), Code::Internal);
    }
}
