//! A call may end while its thread does.

use std::any::Any;
use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::thread;

use grpc_telemetry::RequestBody;
use http::{Request, Response};
use testkit::grpc::bare::{self, Message, answer, request};
use tower::{Layer, Service, service_fn};

use super::support::{builder, counts, page, registered};

thread_local! {
    static HELD: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

const PATH: &str = "/testpb.TestService/Ping";

#[test]
fn a_call_that_ends_with_its_thread_is_counted() {
    let (metrics, registry) = registered(builder());
    let caller = move || {
        // What a thread has first is dropped last: after what counts the call below.
        HELD.with(|held| assert!(held.borrow().is_none()));
        let mut answered = metrics.layer().layer(service_fn(|request: Request<RequestBody<Message, ()>>| {
            ready(Ok::<_, Infallible>(answer(request)))
        }));
        bare::call(&mut answered, request(PATH));
        let mut hanging = metrics.layer().layer(service_fn(|_: Request<RequestBody<Message, ()>>| {
            pending::<Result<Response<Message>, Infallible>>()
        }));
        HELD.with(|held| *held.borrow_mut() = Some(Box::new(hanging.call(request(PATH)))));
    };
    thread::spawn(caller).join().expect("the thread ends");
    assert_eq!(counts(&page(&registry), "TestService.Ping"), (1.0, 1.0));
}
