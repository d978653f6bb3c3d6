//! Exemplars on the program's page in OpenMetrics.

use testkit::{Exemplar, Program, command};

use crate::support;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test]
async fn a_requests_histograms_have_exemplars_of_its_trace_if_it_is_sampled() {
    let server = support::echo_server().await;
    let port = server.addr().port().to_string();
    let variables =
        [("GRPC_CLIENT_PORT", "0"), ("GRPC_SERVER_HOST", "127.0.0.1"), ("GRPC_SERVER_PORT", port.as_str())];
    let program = Program::start(&mut command(env!("CARGO_BIN_EXE_web-client"), &variables));
    let url = program.url("--grpc-client-port", "").await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str, flags: &str| {
        let traceparent = format!("00-{TRACE}-b7ad6b7169203331-{flags}");
        http.get(format!("{url}{path}")).header("traceparent", traceparent).send().await.expect("a response");
    };

    get("/echo?m=unsampled", "00").await;
    assert_eq!(Exemplar::scrape(format!("{url}/metrics")).await, []);

    get("/echo?m=sampled", "01").await;
    get("/no-such-page", "01").await;
    let exemplars = Exemplar::scrape(format!("{url}/metrics")).await;
    let mut found: Vec<[&str; 4]> = exemplars
        .iter()
        .map(|one| {
            ["__name__", "grpc_method", "http_route", "http_response_status_code"].map(|name| one.label(name))
        })
        .collect();
    found.sort_unstable();
    let expected = [
        ["grpc_client_handling_seconds_bucket", "EchoService", "", ""],
        ["http_server_request_duration_seconds_bucket", "", "", "404"],
        ["http_server_request_duration_seconds_bucket", "", "/echo", "200"],
    ];
    assert_eq!(found, expected);
    for exemplar in &exemplars {
        assert_eq!(exemplar.label("trace_id"), TRACE);
        assert_eq!(exemplar.label("span_id").len(), 16);
        assert!(exemplar.value <= exemplar.label("le").parse().expect("a bound"), "{exemplar:?}");
    }
}
