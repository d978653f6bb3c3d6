//! Spans and trace ids, as the environment configures them.

use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;
use testkit::otlp::Collector;
use testkit::{Exemplar, eventually, eventually_some};
use tokio::net::TcpListener;
use tonic::Request;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{TIMEOUT, echo, program};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const DELAY: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "20");

async fn traced_echo(channel: Channel) {
    let mut request = Request::new(Message { message: "hello".into() });
    let context = format!("00-{TRACE}-{PARENT}-01").parse().expect("ASCII");
    request.metadata_mut().insert("traceparent", context);
    EchoServiceClient::new(channel).echo_service(request).await.expect("a response");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_call_has_a_span_in_the_callers_trace_and_its_log_line_has_the_ids() {
    let collector = Collector::start().await;
    let program = program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint()), DELAY]);
    traced_echo(program::channel(&program).await).await;
    let received = eventually_some(TIMEOUT, async || collector.trace(TRACE).into_iter().next()).await;
    assert_eq!(&*received.service, "echo-server");
    assert_eq!(received.span.name, "proto.EchoService/EchoService");
    assert_eq!(hex(&received.span.parent_span_id), PARENT);
    let line = program.logged("echo").await;
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["span_id"], hex(&received.span.span_id));

    let exemplars = Exemplar::scrape(program.url("--grpc-server-port", "/metrics").await).await;
    let [exemplar] = &exemplars[..] else { panic!("{exemplars:?}") };
    assert_eq!(exemplar.label("__name__"), "grpc_server_handling_seconds_bucket");
    assert_eq!(exemplar.label("grpc_service"), "proto.EchoService");
    assert_eq!(
        (exemplar.label("trace_id"), exemplar.label("span_id")),
        (TRACE, &*hex(&received.span.span_id))
    );
    assert!(exemplar.value <= exemplar.label("le").parse().expect("a bound"), "{exemplar:?}");
}

#[tokio::test]
async fn unsampled_calls_and_health_checks_leave_no_exemplar() {
    let program = program::start(&[("OTEL_TRACES_SAMPLER", "always_off")]);
    let channel = program::channel(&program).await;
    echo(&channel, "unsampled").await.expect("a response");
    let mut health = HealthClient::new(channel);
    health.check(HealthCheckRequest::default()).await.expect("a response");
    let exemplars = Exemplar::scrape(program.url("--grpc-server-port", "/metrics").await).await;
    assert_eq!(exemplars, []);
}

#[tokio::test]
async fn exports_the_last_spans_before_it_exits() {
    let collector = Collector::start().await;
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint()),
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_SERVICE_NAME", "renamed"),
    ];
    let mut program = program::start(&variables);
    echo(&program::channel(&program).await, "hello").await.expect("a response");
    program.terminate().await;
    assert_eq!(collector.by_service("renamed").len(), 1);
}

#[tokio::test]
async fn exports_spans_once_the_collector_starts_and_logs_its_absence_once() {
    const FAILED: &str = "cannot export traces, spans are lost";
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let endpoint = format!("http://{address}");
    let program = program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), DELAY]);
    let channel = program::channel(&program).await;
    echo(&channel, "lost").await.expect("a response");
    program.logged(FAILED).await;

    let collector = Collector::on(TcpListener::bind(address).await.expect("the port is free"));
    eventually(TIMEOUT, async || {
        echo(&channel, "found").await.expect("a response");
        !collector.by_service("echo-server").is_empty()
    })
    .await;
    program.logged("exporting traces again").await;
    assert_eq!(program.log(FAILED).len(), 1);
}

#[tokio::test]
async fn a_disabled_sdk_exports_no_spans_and_still_logs_the_callers_trace_id() {
    let collector = Collector::start().await;
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint()), ("OTEL_SDK_DISABLED", "true"), DELAY];
    let mut program = program::start(&variables);
    traced_echo(program::channel(&program).await).await;
    assert_eq!(program.logged("echo").await["trace_id"], TRACE);
    program.terminate().await;
    assert!(collector.by_service("echo-server").is_empty());
}
