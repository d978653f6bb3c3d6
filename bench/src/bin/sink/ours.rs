//! The metrics sink: the whole service, and its store alone.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use kit::shutdown::CancellationToken;
use metrics_sink::refusal::Refusals;
use metrics_sink::store::{Identity, Limits, Store, Stream, Temporality};
use metrics_sink::wire::Message;
use metrics_sink::{Listeners, Settings};
use prometheus::Registry;
use tokio::net::TcpListener;

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    settings: Settings,
}

pub(crate) async fn serve(grpc: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    let http = TcpListener::bind("127.0.0.1:0").await?;
    let settings = Defaults::parse_from(["sink"]).settings;
    Ok(metrics_sink::run(Listeners { grpc, http }, settings, Registry::new(), stop).await?)
}

/// A store, and a node's stream in it.
pub(crate) fn store() -> (Arc<Store>, Stream) {
    let limits = Limits {
        series: 200_000,
        bytes: 48 << 20,
        nodes: 10,
        label_bytes: 1024,
        stale_after: Duration::from_secs(30),
        age_retention: Duration::from_secs(3600),
        page_timeout: Duration::from_secs(30),
    };
    let refusals = Refusals::register(&Registry::new()).expect("an empty registry");
    let store = Arc::new(Store::new(limits, Temporality::Cumulative, Arc::new(refusals)));
    let stream =
        store.open(Identity { job: "envoy".into(), instance: "envoy-1".into() }).expect("the first node");
    (store, stream)
}

/// Parses and applies one flush, as the service does.
pub(crate) fn apply(stream: &Stream, flush: &[u8]) {
    let message = Message::parse(flush).expect("well-formed");
    stream.apply(&message).expect("the only stream");
}
