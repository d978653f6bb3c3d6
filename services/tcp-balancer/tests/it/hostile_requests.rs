//! Hostile requests to REST.

use testkit::hostile::{assert_refuses_hostile_requests, assert_serves_healthz};

use crate::support::{Fixture, hello};

#[tokio::test]
async fn hostile_requests_are_refused() {
    let fixture = Fixture::start(&hello(&[], "")).await;
    assert_refuses_hostile_requests(fixture.rest_addr()).await;
    assert_serves_healthz(fixture.rest_addr()).await;
}
