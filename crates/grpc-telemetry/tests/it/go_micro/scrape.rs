//! Scrapes while calls go on: each is whole in itself, and none holds up a call.

use std::convert::Infallible;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use grpc_telemetry::RequestBody;
use http::Request;
use testkit::grpc::bare::{self, Message, answer, request};
use tower::{Layer, service_fn};

use super::support::{DURATION, LATENCY, builder, counts, page, registered};

const PING: &str = "TestService.Ping";
const CALLS: u32 = 20_000;

#[test]
fn every_scrape_has_each_call_in_all_families_or_in_none() {
    let (metrics, registry) = registered(builder());
    let calling = AtomicBool::new(true);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut service =
                        metrics.layer().layer(service_fn(|request: Request<RequestBody<Message, ()>>| {
                            ready(Ok::<_, Infallible>(answer(request)))
                        }));
                    (0..CALLS).for_each(|_| bare::call(&mut service, request("/testpb.TestService/Ping")));
                })
            })
            .collect();
        let scraper = scope.spawn(|| {
            let mut before = (0.0, 0.0);
            while calling.load(Ordering::Relaxed) {
                let page = page(&registry);
                let now = counts(&page, PING);
                assert!(now >= before, "{now:?} after {before:?}");
                let sum = |family| page.value(&format!("{family}_sum"), &[("method", PING)]).expect("a sum");
                let (micros, seconds): (f64, f64) = (sum(LATENCY), sum(DURATION));
                assert!((micros - seconds * 1e6).abs() <= micros * 1e-9, "{micros} µs, {seconds} s");
                before = now;
            }
        });
        for caller in callers {
            caller.join().expect("calls are answered");
        }
        calling.store(false, Ordering::Relaxed);
        scraper.join().expect("scrapes are whole");
    });
    assert_eq!(counts(&page(&registry), PING), (2.0 * f64::from(CALLS), 0.0));
}
