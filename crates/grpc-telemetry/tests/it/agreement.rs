//! Whatever ends a call, metrics, span and any other observer report the same code and the same duration.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grpc_telemetry::trace::Tracer;
use grpc_telemetry::{
    CallEnd, CallObserver, Direction, Moment, Observer, RequestHead, ResponseBody, Side, go_micro, prometheus,
};
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use prometheus_text::Exposition;
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;
use testkit::grpc::script::{Script, Step, frame, status_headers};
use tokio::time::sleep;
use tonic::{Code, Status, TimeoutExpired};
use tower::{BoxError, Layer, ServiceExt, service_fn};

use super::support::{Spans, attribute, error, go_name};

const PATH: &str = "/testpb.TestService/PingStream";
/// Delay between the events of a call, so that an observer that ends the call at another event reports another duration.
const EVENT_DELAY: Duration = Duration::from_millis(4);
/// The maximum difference between the span's duration and that of the metrics.
const TOLERANCE: Duration = Duration::from_millis(1);
/// Maximum number of attempts: the scheduler may interrupt the thread between the readings of two clocks.
const ATTEMPTS: usize = 50;

/// The behavior of the wrapped service.
#[derive(Clone)]
enum Service {
    /// Responds with this HTTP status, `grpc-status` header and body.
    Respond(u16, Option<i32>, Vec<Step>),
    /// Reads the request, then responds with `INTERNAL`.
    ReadRequest,
    Fail(fn() -> BoxError),
    Panic,
    Hang,
}

/// A call that ends in one way.
struct Case {
    name: &'static str,
    side: Side,
    service: Service,
    /// The request's `grpc-timeout`.
    timeout: Option<&'static str>,
    /// Whether the caller drops the call instead of reading the response to its end.
    dropped: bool,
    code: Code,
    /// The description of the span's error, if the code is an error on this side.
    description: Option<&'static str>,
}

/// The ends in the table of the README.
fn cases() -> Vec<Case> {
    use Service::{Fail, Hang, Panic, ReadRequest, Respond};
    let stream = |steps: &[Step]| Respond(200, None, [&[Step::Data(frame(1))], steps].concat());
    let trailers = |code: i32| stream(&[Step::Trailers(Some(code))]);
    let case = |name, side, service, code, description| Case {
        name,
        side,
        service,
        timeout: None,
        dropped: false,
        code,
        description,
    };
    let mut cases = Vec::new();
    for side in [Side::Server, Side::Client] {
        let client_only = |description| (side == Side::Client).then_some(description);
        cases.extend([
            case("trailers", side, trailers(0), Code::Ok, None),
            case("trailers", side, trailers(13), Code::Internal, Some("")),
            case("trailers", side, trailers(5), Code::NotFound, client_only("")),
            case("headers", side, Respond(200, Some(14), vec![]), Code::Unavailable, Some("")),
            Case {
                timeout: Some("1m"),
                ..case("Cancelled after the deadline", side, trailers(1), Code::DeadlineExceeded, Some(""))
            },
            case("no status", side, stream(&[]), Code::Unknown, Some("response ended without a gRPC status")),
            case(
                "HTTP error",
                side,
                Respond(503, None, vec![]),
                Code::Unavailable,
                Some("response ended without a gRPC status"),
            ),
            case(
                "failed body",
                side,
                stream(&[Step::Fail(Status::data_loss("torn"))]),
                Code::DataLoss,
                Some("torn"),
            ),
            Case {
                dropped: true,
                ..case(
                    "dropped before the response",
                    side,
                    Hang,
                    Code::Cancelled,
                    client_only("call dropped before its end"),
                )
            },
            Case {
                dropped: true,
                ..case(
                    "dropped in the response",
                    side,
                    stream(&[Step::Hang]),
                    Code::Cancelled,
                    client_only("call dropped before its end"),
                )
            },
            Case {
                dropped: true,
                timeout: Some("1m"),
                ..case(
                    "dropped at the deadline",
                    side,
                    Hang,
                    Code::DeadlineExceeded,
                    Some("deadline exceeded"),
                )
            },
            case("panic", side, Panic, Code::Internal, Some("panic")),
            case("panic in the body", side, stream(&[Step::Panic]), Code::Internal, Some("panic")),
            case(
                "failed with a status",
                side,
                Fail(|| Status::resource_exhausted("full").into()),
                Code::ResourceExhausted,
                client_only("full"),
            ),
            case(
                "timer",
                side,
                Fail(|| TimeoutExpired(()).into()),
                Code::DeadlineExceeded,
                Some("Timeout expired"),
            ),
        ]);
    }
    cases.extend([
        case("client disconnected", Side::Server, ReadRequest, Code::Cancelled, None),
        case(
            "failed without a status",
            Side::Server,
            Fail(|| "broken".into()),
            Code::Internal,
            Some("broken"),
        ),
    ]);
    cases
}

/// The end of a call as one observer reports it.
#[derive(Debug)]
struct Report {
    code: Code,
    duration: Duration,
}

/// An observer that keeps its reports, as one that writes log lines.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<Report>>>);

impl Observer for Log {
    type Method = Infallible;
    type Call = Self;

    fn find_method(&self, _: Side, _: &str) -> Option<Infallible> {
        None
    }

    fn start(&self, _: Side, _: Option<Infallible>, _: RequestHead<'_>) -> Self {
        self.clone()
    }
}

impl CallObserver for Log {
    type Messages = ();

    fn messages(&self, _: Direction, _: Option<Moment>) {}

    fn end(self, end: &CallEnd<'_>) {
        let report = Report { code: end.code, duration: end.elapsed.expect("the metrics need the duration") };
        self.0.lock().expect("not poisoned").push(report);
    }
}

async fn serve<B: Body>(service: Service, request: Request<B>) -> Result<Response<Script>, BoxError> {
    sleep(EVENT_DELAY).await;
    match service {
        Service::Respond(http, grpc, steps) => {
            let mut response = Response::new(Script::new(steps));
            *response.status_mut() = http.try_into().expect("an HTTP status");
            *response.headers_mut() = status_headers(grpc);
            Ok(response)
        }
        Service::ReadRequest => {
            drop(request.into_body().collect().await);
            let mut response = Response::new(Script::new([]));
            *response.headers_mut() = status_headers(Some(13));
            Ok(response)
        }
        Service::Fail(error) => Err(error()),
        Service::Panic => panic!("requested"),
        Service::Hang => pending().await,
    }
}

async fn read<C: CallObserver>(response: Response<ResponseBody<Script, C>>) {
    let mut body = response.into_body();
    sleep(EVENT_DELAY).await;
    while let Some(Ok(_)) = body.frame().await {}
    // The call has ended, though its body is still there.
    sleep(EVENT_DELAY).await;
}

/// The reports of the metrics, of go-micro's metrics if it is a server's call, and of the log.
struct Reports {
    prometheus: Report,
    go_micro: Option<(bool, Duration)>,
    log: Report,
}

async fn run(case: &Case) -> Reports {
    let log = Log::default();
    let registry = ::prometheus::Registry::new();
    let service = case.service.clone();
    let mut request = Request::post(PATH).header("content-type", "application/grpc");
    if let Some(timeout) = case.timeout {
        request = request.header("grpc-timeout", timeout);
    }
    // The request ends in the middle of a message: the client has disconnected.
    let body = Script::new([Step::Data(frame(9)[..7].to_vec())]);
    let request = request.body(body).expect("a request");
    let call = match case.side {
        Side::Server => {
            let metrics = prometheus::ServerMetrics::builder()
                .file_descriptor_set(FILE_DESCRIPTOR_SET)
                .handling_histogram(prometheus::Buckets::default())
                .build()
                .expect("metrics");
            let go_micro = go_micro::ServerMetrics::builder("ping").file_descriptor_set(FILE_DESCRIPTOR_SET);
            let go_micro = go_micro.build().expect("metrics");
            registry.register(Box::new(metrics.clone())).expect("metrics register");
            registry.register(Box::new(go_micro.clone())).expect("metrics register");
            let layer = metrics.layer().and(go_micro.recorder()).and(Tracer::new()).and(log.clone());
            let observed = layer.layer(service_fn(move |request| serve(service.clone(), request)));
            tokio::spawn(async move {
                if let Ok(response) = observed.oneshot(request).await {
                    read(response).await;
                }
            })
        }
        _ => {
            let metrics = prometheus::ClientMetrics::builder()
                .file_descriptor_set(FILE_DESCRIPTOR_SET)
                .handling_histogram(prometheus::Buckets::default())
                .build()
                .expect("metrics");
            registry.register(Box::new(metrics.clone())).expect("metrics register");
            let layer = metrics.layer().and(Tracer::new()).and(log.clone());
            let observed = layer.layer(service_fn(move |request: Request<tonic::body::Body>| {
                serve(service.clone(), request)
            }));
            tokio::spawn(async move {
                if let Ok(response) = observed.oneshot(request).await {
                    read(response).await;
                }
            })
        }
    };
    if case.dropped {
        sleep(3 * EVENT_DELAY).await;
        call.abort();
    }
    // A panic ends the task.
    let _ = call.await;
    let page = ::prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("a page");
    let page = prometheus_text::parse(&page).expect("a valid page");
    let side = if case.side == Side::Server { "server" } else { "client" };
    let [log] = <[Report; 1]>::try_from(std::mem::take(&mut *log.0.lock().expect("not poisoned")))
        .expect("one end of one call");
    Reports {
        prometheus: prometheus_report(&page, side),
        go_micro: (case.side == Side::Server).then(|| go_micro_report(&page)),
        log,
    }
}

fn prometheus_report(page: &Exposition, side: &str) -> Report {
    let labels = [("grpc_method", "PingStream")];
    let handled: Vec<_> = page
        .matching(&format!("grpc_{side}_handled_total"), &labels)
        .filter(|sample| sample.value != 0.0)
        .map(|sample| (sample.labels.get("grpc_code").expect("a code").to_owned(), sample.value))
        .collect();
    let [(code, count)] = &handled[..] else { panic!("{handled:?}") };
    assert_eq!(*count, 1.0);
    let seconds = page.value(&format!("grpc_{side}_handling_seconds_sum"), &labels).expect("a sum");
    let code = (0..17).map(Code::from_i32).find(|known| go_name(*known) == *code).expect("a code");
    Report { code, duration: Duration::from_secs_f64(seconds) }
}

/// Whether the call is a success, and its duration.
fn go_micro_report(page: &Exposition) -> (bool, Duration) {
    let method = ("method", "TestService.PingStream");
    let [success, fail] = ["success", "fail"]
        .map(|status| page.value("micro_request_total", &[method, ("status", status)]).expect("a total"));
    assert_eq!(success + fail, 1.0);
    let seconds = page.value("micro_request_duration_seconds_sum", &[method]).expect("a sum");
    (success == 1.0, Duration::from_secs_f64(seconds))
}

#[tokio::test]
async fn observers_report_the_same_code_and_duration() {
    for case in cases() {
        let name = format!("{} on {:?}", case.name, case.side);
        let mut durations = Vec::new();
        let agree = loop {
            let spans = Spans::collect();
            let Reports { prometheus, go_micro, log } = run(&case).await;
            let span = spans.only();

            assert_eq!(prometheus.code, case.code, "metrics: {name}");
            assert_eq!(log.code, case.code, "log: {name}");
            let status_code = attribute(&span, "rpc.response.status_code").expect("a code");
            assert_eq!(
                status_code.replace('_', ""),
                format!("{:?}", case.code).to_uppercase(),
                "span: {name}"
            );
            assert_eq!(error(&span), case.description, "span: {name}");

            // A histogram's sum has the resolution of a nanosecond.
            assert!(prometheus.duration.abs_diff(log.duration) <= Duration::from_nanos(1), "{name}");
            if let Some((success, duration)) = go_micro {
                assert_eq!(success, case.code == Code::Ok, "go-micro metrics: {name}");
                assert!(duration.abs_diff(log.duration) <= Duration::from_nanos(1), "{name}");
            }
            assert!(log.duration >= EVENT_DELAY, "{name}: {log:?}");
            let span = span.end_time.duration_since(span.start_time).expect("the clock is monotonic");
            if span.abs_diff(log.duration) <= TOLERANCE {
                break true;
            }
            durations.push((span, log.duration));
            if durations.len() == ATTEMPTS {
                break false;
            }
        };
        assert!(agree, "{name}: durations of span and log differ: {durations:?}");
    }
}
