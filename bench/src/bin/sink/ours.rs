//! The sink itself, and its store alone.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use kit::shutdown::CancellationToken;
use metrics_sink::refusal::Refusals;
use metrics_sink::store::{Counters, Identity, Limits, Nodes, Stream};
use metrics_sink::wire::Message;
use metrics_sink::{Config, Listeners};
use prometheus::Registry;
use tokio::net::TcpListener;

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    config: Config,
}

pub(crate) async fn serve(grpc: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    let http = TcpListener::bind("127.0.0.1:0").await?;
    let config = Defaults::parse_from(["sink"]).config;
    Ok(metrics_sink::run(Listeners { grpc, http }, config, Registry::new(), stop).await?)
}

/// The store, with a node's stream.
pub(crate) fn store() -> (Arc<Nodes>, Stream) {
    let limits = Limits {
        series: 200_000,
        bytes: 48 << 20,
        nodes: 10,
        label: 1024,
        stale_after: Duration::from_secs(30),
        remember: Duration::from_secs(3600),
        reading: Duration::from_secs(30),
    };
    let refusals = Refusals::register(&Registry::new()).expect("an empty registry");
    let nodes = Arc::new(Nodes::new(limits, Counters::Cumulative, Arc::new(refusals)));
    let stream =
        nodes.open(Identity { job: "envoy".into(), instance: "envoy-1".into() }).expect("the first node");
    (nodes, stream)
}

/// Takes one flush, as the service does.
pub(crate) fn take(stream: &Stream, flush: &[u8]) {
    let message = Message::new(flush);
    message.check().expect("well-formed");
    stream.apply(message).expect("the only stream");
}
