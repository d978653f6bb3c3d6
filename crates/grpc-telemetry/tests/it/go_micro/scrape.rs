//! Scrapes during calls are consistent.

use std::convert::Infallible;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use grpc_telemetry::RequestBody;
use http::Request;
use testkit::grpc::bare::{self, Message, request, respond};
use tower::{Layer, service_fn};

use super::support::{DURATION, LATENCY, builder, counts, page, registered};

const PING: &str = "TestService.Ping";
const CALLS: u32 = 20_000;

#[test]
fn families_contain_the_same_calls_in_every_scrape() {
    let (metrics, registry) = registered(builder());
    let calling = AtomicBool::new(true);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut service =
                        metrics.layer().layer(service_fn(|request: Request<RequestBody<Message, ()>>| {
                            ready(Ok::<_, Infallible>(respond(request)))
                        }));
                    (0..CALLS).for_each(|_| bare::call(&mut service, request("/testpb.TestService/Ping")));
                })
            })
            .collect();
        let scraper = scope.spawn(|| {
            let mut before = (0.0, 0.0);
            while calling.load(Ordering::Relaxed) {
                let page = page(&registry);
                let after = counts(&page, PING);
                assert!(after >= before, "{after:?} after {before:?}");
                let sum = |family| page.value(&format!("{family}_sum"), &[("method", PING)]).expect("a sum");
                let (micros, seconds): (f64, f64) = (sum(LATENCY), sum(DURATION));
                assert!((micros - seconds * 1e6).abs() <= micros * 1e-9, "{micros} µs, {seconds} s");
                before = after;
            }
        });
        for caller in callers {
            caller.join().expect("calls have responses");
        }
        calling.store(false, Ordering::Relaxed);
        scraper.join().expect("scrapes are consistent");
    });
    assert_eq!(counts(&page(&registry), PING), (2.0 * f64::from(CALLS), 0.0));
}
