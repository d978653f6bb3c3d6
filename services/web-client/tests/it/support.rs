//! A web client and the gRPC servers behind it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use kit::shutdown::Drained;
use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_server::{EchoService, EchoServiceServer};
use prometheus::Registry;
use reqwest::Response;
use reqwest::redirect::Policy;
use serde_json::Value;
pub(crate) use testkit::problem_of;
use testkit::{Running, Scrape};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::{Code, Request, Status};
use web_client::{Config, Links};

pub(crate) const DEADLINE: Duration = Duration::from_millis(300);
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Web {
    pub(crate) running: Running<Result<Drained, web_client::Error>>,
    pub(crate) http: reqwest::Client,
}

fn config(server: SocketAddr, grpc_deadline: Duration) -> Config {
    Config {
        grpc_server_host: server.ip().to_string(),
        grpc_server_port: server.port(),
        grpc_deadline,
        shutdown_grace: TIMEOUT,
        http: kit::server::HttpSettings::default(),
        orders: false,
        links: Links::default(),
    }
}

impl Web {
    /// A client of the server at this address, which may be down.
    pub(crate) async fn of(server: SocketAddr) -> Self {
        Self::with(config(server, DEADLINE)).await
    }

    /// Starts a web client with orders and a long deadline.
    pub(crate) async fn with_orders(server: SocketAddr) -> Self {
        Self::with(Config { orders: true, ..config(server, TIMEOUT) }).await
    }

    /// Starts a web client with orders and a short deadline.
    pub(crate) async fn with_orders_and_a_short_deadline(server: SocketAddr) -> Self {
        Self::with(Config { orders: true, ..config(server, DEADLINE) }).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let running =
            testkit::start(|listener, shutdown| web_client::run(listener, config, Registry::new(), shutdown))
                .await;
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { running, http }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(self.running.url(path)).send().await.expect("every request gets a response")
    }

    /// The status and the problem document.
    pub(crate) async fn problem(&self, path: &str) -> (u16, Value) {
        problem_of(self.get(path).await).await
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::get(self.running.url("/metrics")).await
    }
}

pub(crate) type EchoServer = Running<Result<(), echo_server::Error>>;

/// The real echo server.
pub(crate) async fn echo_server() -> EchoServer {
    echo_server_on(testkit::listener().await)
}

pub(crate) fn echo_server_on(listener: TcpListener) -> EchoServer {
    Running::on(listener, |listener, shutdown| {
        let grpc = kit::server::GrpcSettings::default();
        let shutdown_grace = Duration::from_secs(1);
        let http = kit::server::HttpSettings::default();
        let config = echo_server::Settings { grpc_server_port: 0, shutdown_grace, grpc, http };
        echo_server::run(listener, config, Registry::new(), shutdown)
    })
}

/// A server that returns the gRPC code whose number is the message, and never responds to any other message.
pub(crate) async fn scripted_server() -> Running<Drained> {
    testkit::start(|listener, shutdown| {
        let routes = Routes::new(EchoServiceServer::new(Scripted)).into_axum_router();
        kit::server::serve(listener, routes, shutdown, Duration::ZERO)
    })
    .await
}

struct Scripted;

#[tonic::async_trait]
impl EchoService for Scripted {
    async fn echo_service(&self, request: Request<Message>) -> Result<tonic::Response<Message>, Status> {
        match request.into_inner().message.parse() {
            Ok(number) => Err(Status::new(Code::from_i32(number), "as requested")),
            Err(_) => std::future::pending::<Result<_, Infallible>>().await.map_err(|never| match never {}),
        }
    }
}

/// Asserts that every started call has been handled.
pub(crate) fn assert_balanced(scrape: &Scrape) {
    let (started, handled) =
        (scrape.sum("grpc_client_started_total", &[]), scrape.sum("grpc_client_handled_total", &[]));
    assert!(started.to_bits() == handled.to_bits(), "started {started}, handled {handled}");
}
