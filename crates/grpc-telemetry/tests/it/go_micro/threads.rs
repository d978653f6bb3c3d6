//! Calls that end in a thread-local destructor.

use std::any::Any;
use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::thread;

use grpc_telemetry::RequestBody;
use http::{Request, Response};
use testkit::grpc::bare::{self, Message, request, respond};
use tower::{Layer, Service, service_fn};

use super::support::{builder, counts, page, registered};

thread_local! {
    static PENDING_CALL: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

const PATH: &str = "/testpb.TestService/Ping";

#[test]
fn counts_call_that_ends_with_its_thread() {
    let (metrics, registry) = registered(builder());
    let caller = move || {
        // Initialized first, so destroyed last: after the thread-local values that the counters use.
        PENDING_CALL.with(|pending| assert!(pending.borrow().is_none()));
        let mut responding =
            metrics.layer().layer(service_fn(|request: Request<RequestBody<Message, ()>>| {
                ready(Ok::<_, Infallible>(respond(request)))
            }));
        bare::call(&mut responding, request(PATH));
        let mut hanging = metrics.layer().layer(service_fn(|_: Request<RequestBody<Message, ()>>| {
            pending::<Result<Response<Message>, Infallible>>()
        }));
        PENDING_CALL.with(|pending| *pending.borrow_mut() = Some(Box::new(hanging.call(request(PATH)))));
    };
    thread::spawn(caller).join().expect("the thread ends");
    assert_eq!(counts(&page(&registry), "TestService.Ping"), (1.0, 1.0));
}
