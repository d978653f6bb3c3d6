//! The code of every kind of response, tested on the layers without a socket.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use grpc_telemetry::RequestBody;
use grpc_telemetry::prometheus::{ClientMetrics, Messages, ServerMetrics};
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use prometheus::Registry;
use prometheus::core::Collector;
use tonic::{Code, Status};
use tower::{Layer, Service, ServiceExt, service_fn};

use super::scrape;
use super::support::{client_builder, server_builder};
use testkit::grpc::script::{Script, Step, frame, status_headers};

const PING: &str = "/testpb.TestService/Ping";

struct Sides {
    server: ServerMetrics,
    client: ClientMetrics,
    registry: Registry,
}

fn sides() -> Sides {
    let server = server_builder().build().expect("metrics");
    let client = client_builder().build().expect("metrics");
    let registry = Registry::new();
    let both: [Box<dyn Collector>; 2] = [Box::new(server.clone()), Box::new(client.clone())];
    for metrics in both {
        registry.register(metrics).expect("metrics register");
    }
    Sides { server, client, registry }
}

fn request(path: &str) -> Request<tonic::body::Body> {
    Request::post(path)
        .header("content-type", "application/grpc")
        .body(tonic::body::Body::new(Script::new([Step::Data(frame(3))])))
        .expect("a request")
}

fn response(status: StatusCode, grpc: Option<i32>, body: Script) -> Response<Script> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = status_headers(grpc);
    response
}

impl Sides {
    /// Passes such a response through both layers, and asserts that both count one call with this code.
    async fn read(status: StatusCode, grpc: Option<i32>, steps: &[Step], code: &str) {
        for announces_end in [false, true] {
            let sides = sides();
            let script = || {
                let script = Script::new(steps.to_vec());
                if announces_end { script.announcing_end() } else { script }
            };
            let respond = || ready(Ok::<_, Infallible>(response(status, grpc, script())));
            let server = sides.server.layer().layer(service_fn(|_: Request<_>| respond()));
            let client = sides.client.layer().layer(service_fn(|_: Request<tonic::body::Body>| respond()));
            let from_server = server.oneshot(request(PING)).await.expect("a response");
            let from_client = client.oneshot(request(PING)).await.expect("a response");
            for response in [from_server, from_client] {
                let mut body = response.into_body();
                // Like hyper, do not poll again after `is_end_stream`.
                while !body.is_end_stream() {
                    match body.frame().await {
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => break,
                    }
                }
            }
            sides.assert_handled("server", code);
            sides.assert_handled("client", code);
        }
    }

    fn assert_handled(&self, side: &str, code: &str) {
        let name = format!("grpc_{side}_handled_total");
        let page = scrape::text(&self.registry);
        assert_eq!(scrape::sum(&self.registry, &name, &[]), 1.0, "{side}\n{page}");
        let of_code = scrape::sum(&self.registry, &name, &[("grpc_code", code)]);
        assert_eq!(of_code, 1.0, "{side} {code}\n{page}");
        assert_eq!(scrape::sum(&self.registry, &format!("grpc_{side}_started_total"), &[]), 1.0);
        assert_eq!(scrape::sum(&self.registry, &format!("grpc_{side}_handling_seconds"), &[]), 1.0);
    }
}

#[tokio::test]
async fn code_is_read_from_trailers() {
    let steps = [Step::Data(frame(1)), Step::Trailers(Some(5))];
    Sides::read(StatusCode::OK, None, &steps, "NotFound").await;
    Sides::read(StatusCode::OK, None, &[Step::Trailers(Some(0))], "OK").await;
}

#[tokio::test]
async fn code_is_read_from_headers_of_trailers_only_response() {
    Sides::read(StatusCode::OK, Some(16), &[], "Unauthenticated").await;
}

#[tokio::test]
async fn invalid_code_is_unknown() {
    Sides::read(StatusCode::OK, None, &[Step::Trailers(Some(77))], "Unknown").await;
}

#[tokio::test]
async fn missing_status_is_unknown() {
    Sides::read(StatusCode::OK, None, &[], "Unknown").await;
    Sides::read(StatusCode::OK, None, &[Step::Data(frame(1))], "Unknown").await;
    Sides::read(StatusCode::OK, None, &[Step::Trailers(None)], "Unknown").await;
}

#[tokio::test]
async fn http_error_is_mapped() {
    for (status, code) in [
        (StatusCode::BAD_REQUEST, "Internal"),
        (StatusCode::UNAUTHORIZED, "Unauthenticated"),
        (StatusCode::FORBIDDEN, "PermissionDenied"),
        (StatusCode::NOT_FOUND, "Unimplemented"),
        (StatusCode::TOO_MANY_REQUESTS, "Unavailable"),
        (StatusCode::BAD_GATEWAY, "Unavailable"),
        (StatusCode::SERVICE_UNAVAILABLE, "Unavailable"),
        (StatusCode::GATEWAY_TIMEOUT, "Unavailable"),
        (StatusCode::IM_A_TEAPOT, "Unknown"),
    ] {
        Sides::read(status, None, &[], code).await;
        Sides::read(status, None, &[Step::Data(b"upstream connect error".to_vec())], code).await;
        Sides::read(status, Some(9), &[], "FailedPrecondition").await;
    }
}

#[tokio::test]
async fn dropped_body_of_http_error_is_not_canceled() {
    let sides = sides();
    let page = Script::new([Step::Data(b"<html>".to_vec()), Step::Hang]);
    let mut page = Some(response(StatusCode::BAD_GATEWAY, None, page));
    let channel = service_fn(move |_: Request<tonic::body::Body>| {
        ready(Ok::<_, Infallible>(page.take().expect("one call")))
    });
    drop(sides.client.layer().layer(channel).oneshot(request(PING)).await.expect("a response"));
    sides.assert_handled("client", "Unavailable");
    assert_eq!(scrape::sum(&sides.registry, "grpc_client_msg_received_total", &[]), 0.0);
}

#[tokio::test]
async fn failed_body_has_code_of_error() {
    let steps = [Step::Data(frame(1)), Step::Fail(Status::data_loss("torn"))];
    Sides::read(StatusCode::OK, None, &steps, "DataLoss").await;
}

#[tokio::test]
async fn message_count_is_independent_of_chunking() {
    let stream: Vec<u8> = [0, 1, 300, 0, 70].into_iter().flat_map(frame).collect();
    for size in (1..=16).chain([64, 305, stream.len()]) {
        let sides = sides();
        let chunks = || stream.chunks(size).map(|chunk| Step::Data(chunk.to_vec())).collect::<Vec<_>>();
        let service = service_fn(|request: Request<RequestBody<Script, Messages>>| async {
            request.into_body().collect().await.expect("requests");
            let mut steps = chunks();
            steps.push(Step::Trailers(Some(0)));
            Ok::<_, Infallible>(Response::new(Script::new(steps)))
        });
        let request = Request::post(PING).body(Script::new(chunks())).expect("a request");
        let mut server = sides.server.layer().layer(service);
        let response = server.call(request).await.expect("a response");
        let replies = response.into_body().collect().await.expect("replies");
        assert_eq!(replies.to_bytes(), stream, "the layer does not change data");
        for name in ["grpc_server_msg_received_total", "grpc_server_msg_sent_total"] {
            assert_eq!(scrape::sum(&sides.registry, name, &[]), 5.0, "{name}, chunks of {size} bytes");
        }
        sides.assert_handled("server", "OK");
    }
}

#[tokio::test]
async fn panic_is_internal_and_continues() {
    // In `call`, in the future, and in the response body.
    for place in 0..3 {
        let sides = sides();
        let service = service_fn(move |_: Request<_>| {
            assert!(place != 0, "requested");
            async move {
                assert!(place != 1, "requested");
                Ok::<_, Infallible>(Response::new(Script::new([Step::Data(frame(1)), Step::Panic])))
            }
        });
        let server = sides.server.layer().layer(service);
        let call = tokio::spawn(async move {
            let response = server.oneshot(request(PING)).await.expect("a response");
            response.into_body().collect().await.map(drop)
        });
        let error = call.await.expect_err("a panic");
        assert!(error.is_panic());
        sides.assert_handled("server", "Internal");
    }
}

#[tokio::test]
async fn panic_of_caller_is_canceled() {
    let sides = sides();
    let channel = service_fn(|_: Request<tonic::body::Body>| {
        ready(Ok::<_, Infallible>(Response::new(Script::new([Step::Hang]))))
    });
    let response = sides.client.layer().layer(channel).oneshot(request(PING)).await.expect("a response");
    let caught = std::panic::catch_unwind(AssertUnwindSafe(move || {
        let _response = response;
        panic!("the caller's");
    }));
    caught.expect_err("a panic");
    sides.assert_handled("client", "Canceled");
}

#[tokio::test]
async fn failed_service_has_code_of_status() {
    let sides = sides();
    let service = service_fn(|_: Request<_>| {
        ready(Err::<Response<Script>, tower::BoxError>(Status::resource_exhausted("full").into()))
    });
    sides.server.layer().layer(service).oneshot(request(PING)).await.expect_err("a failure");
    sides.assert_handled("server", "ResourceExhausted");
}

#[tokio::test]
async fn rejected_requests_have_code_of_handler() {
    for step in [
        Step::Fail(Status::resource_exhausted("too long")),
        // Truncated by a client that awaits the response.
        Step::Data(frame(9)[..7].to_vec()),
    ] {
        let sides = sides();
        let service = service_fn(|request: Request<RequestBody<Script, Messages>>| async {
            drop(request.into_body().collect().await);
            Ok::<_, Infallible>(response(StatusCode::OK, Some(3), Script::new([])))
        });
        let body = Script::new([step]).announcing_end();
        let request = Request::post(PING).body(body).expect("a request");
        sides.server.layer().layer(service).oneshot(request).await.expect("a response");
        sides.assert_handled("server", "InvalidArgument");
    }
}

#[tokio::test]
async fn failed_channel_without_status_is_unknown() {
    let sides = sides();
    let channel = service_fn(|_: Request<tonic::body::Body>| {
        ready(Err::<Response<Script>, tower::BoxError>("no idea".into()))
    });
    let status = sides.client.layer().layer(channel).oneshot(request(PING)).await.expect_err("a failure");
    assert_eq!(status.code(), Code::Unknown);
    sides.assert_handled("client", "Unknown");
}

#[tokio::test]
async fn call_dropped_at_deadline_is_deadline_exceeded() {
    for (timeout, code) in [("10m", "DeadlineExceeded"), ("1H", "Canceled"), ("soon", "Canceled")] {
        let sides = sides();
        let service = service_fn(|_: Request<_>| pending::<Result<Response<Script>, Infallible>>());
        let mut request = request(PING);
        request.headers_mut().insert("grpc-timeout", timeout.parse().expect("a value"));
        let call = sides.server.layer().layer(service).oneshot(request);
        tokio::time::timeout(Duration::from_millis(30), call).await.expect_err("a timeout");
        sides.assert_handled("server", code);
    }
}

#[tokio::test]
async fn canceled_status_after_deadline_is_deadline_exceeded() {
    for (timeout, grpc, code) in
        [("1n", 1, "DeadlineExceeded"), ("1H", 1, "Canceled"), ("1n", 5, "NotFound"), ("1n", 0, "OK")]
    {
        for in_headers in [true, false] {
            let sides = sides();
            let channel = service_fn(|_: Request<tonic::body::Body>| {
                ready(Ok::<_, Infallible>(if in_headers {
                    response(StatusCode::OK, Some(grpc), Script::new([]))
                } else {
                    response(StatusCode::OK, None, Script::new([Step::Trailers(Some(grpc))]))
                }))
            });
            let mut request = request(PING);
            request.headers_mut().insert("grpc-timeout", timeout.parse().expect("a value"));
            let client = sides.client.layer().layer(channel);
            let response = client.oneshot(request).await.expect("a response");
            drop(response.into_body().collect().await);
            sides.assert_handled("client", code);
        }
    }
}

#[tokio::test]
async fn non_grpc_requests_are_not_counted() {
    let sides = sides();
    let service = service_fn(|request: Request<_>| {
        let _: RequestBody<Script, Messages> = request.into_body();
        ready(Ok::<_, Infallible>(Response::new(Script::new([Step::Data(b"page".to_vec())]))))
    });
    // A page, a form, and a CORS preflight.
    for request in [Request::get("/metrics"), Request::post("/form"), Request::options(PING)] {
        let server = sides.server.layer().layer(service);
        let request = request.body(Script::new([])).expect("a request");
        let response = server.oneshot(request).await.expect("a response");
        assert_eq!(response.into_body().collect().await.expect("a page").to_bytes(), "page");
    }
    assert_eq!(scrape::sum(&sides.registry, "grpc_server_started_total", &[]), 0.0);
}

#[tokio::test]
async fn unpolled_call_is_canceled() {
    let sides = sides();
    let service = service_fn(|_: Request<_>| pending::<Result<Response<Script>, Infallible>>());
    drop(sides.server.layer().layer(service).call(request(PING)));
    sides.assert_handled("server", "Canceled");
}

#[tokio::test]
async fn client_origin_may_have_path() {
    let sides = sides();
    let channel = service_fn(|_: Request<tonic::body::Body>| {
        ready(Ok::<_, Infallible>(response(StatusCode::OK, Some(0), Script::new([]))))
    });
    let path = format!("/api/v2{PING}");
    drop(sides.client.layer().layer(channel).oneshot(request(&path)).await.expect("a response"));
    let ping = scrape::value(&sides.registry, "grpc_client_started_total", &[("grpc_method", "Ping")]);
    assert_eq!(ping, Some(1.0));
}
