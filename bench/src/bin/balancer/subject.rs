//! The proxies, each with an equivalent configuration.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// Debian's path of nginx's stream module.
const STREAM_MODULE: &str = "/usr/lib/nginx/modules/ngx_stream_module.so";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Balancer,
    HaproxyCopying,
    HaproxySplicing,
    NginxSmall,
    NginxLarge,
    Envoy,
}

impl Subject {
    pub(crate) const ALL: [Self; 6] = [
        Self::Balancer,
        Self::HaproxyCopying,
        Self::HaproxySplicing,
        Self::NginxSmall,
        Self::NginxLarge,
        Self::Envoy,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Balancer => "tcp-balancer",
            Self::HaproxyCopying => "HAProxy, copying",
            Self::HaproxySplicing => "HAProxy, splicing, 1 MiB pipes",
            Self::NginxSmall => "nginx stream, 16 KiB",
            Self::NginxLarge => "nginx stream, 256 KiB",
            Self::Envoy => "Envoy tcp_proxy",
        }
    }

    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Balancer => "tcp-balancer",
            Self::HaproxyCopying | Self::HaproxySplicing => "haproxy",
            Self::NginxSmall | Self::NginxLarge => "nginx",
            Self::Envoy => "envoy",
        }
    }

    pub(crate) fn is_peer(self) -> bool {
        self != Self::Balancer
    }

    /// Whether the proxy is not tuned for bulk transfer.
    pub(crate) fn is_default(self) -> bool {
        !matches!(self, Self::HaproxySplicing | Self::NginxLarge)
    }

    /// Runs the proxy in the foreground with one worker.
    pub(crate) fn command(self, program: &Path, configuration: &Path) -> Command {
        let mut command = Command::new(program);
        match self {
            Self::Balancer => command
                .args(["--rest-port", "0", "--config"])
                .arg(configuration)
                .env("TOKIO_WORKER_THREADS", "1")
                .env("RUST_LOG", "warn"),
            Self::HaproxyCopying | Self::HaproxySplicing => command.arg("-db").arg("-f").arg(configuration),
            Self::NginxSmall | Self::NginxLarge => command.args(["-e", "stderr", "-c"]).arg(configuration),
            Self::Envoy => command
                .args([
                    "--concurrency",
                    "1",
                    "--disable-hot-restart",
                    "--log-level",
                    "error",
                    "--config-yaml",
                ])
                .arg(fs::read_to_string(configuration).unwrap_or_default()),
        };
        command
    }

    /// The configuration for up to `connections` connections at the same time.
    pub(crate) fn configuration(
        self,
        listen: SocketAddr,
        origin: SocketAddr,
        connections: usize,
        directory: &Path,
    ) -> anyhow::Result<String> {
        // Probes, and connections that are still closing, need some more.
        let connections = connections + 20;
        Ok(match self {
            Self::Balancer => balancer(listen, origin, connections),
            Self::HaproxyCopying => haproxy(listen, origin, &format!("maxconn {connections}"), ""),
            Self::HaproxySplicing => haproxy(
                listen,
                origin,
                "maxconn 1000\n  maxpipes 500\n  tune.pipesize 1048576",
                "option splice-request\n  option splice-response",
            ),
            Self::NginxSmall => nginx(listen, origin, connections, directory, "16k")?,
            Self::NginxLarge => nginx(listen, origin, connections, directory, "256k")?,
            Self::Envoy => envoy(listen, origin, connections),
        })
    }
}

fn balancer(listen: SocketAddr, origin: SocketAddr, connections: usize) -> String {
    format!(
        "[servers.bench]\nbind = \"{listen}\"\nprotocol = \"tcp\"\nbalance = \"roundrobin\"\nmax_connections = {connections}\n\
         [servers.bench.discovery]\nkind = \"static\"\nstatic_list = [\"{origin}\"]\n"
    )
}

fn haproxy(listen: SocketAddr, origin: SocketAddr, global: &str, defaults: &str) -> String {
    format!(
        "global\n  nbthread 1\n  {global}\n\
         defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 5m\n  timeout server 5m\n  {defaults}\n\
         listen bench\n  bind {listen}\n  server origin {origin}\n"
    )
}

fn envoy(listen: SocketAddr, origin: SocketAddr, connections: usize) -> String {
    let address = |address: SocketAddr| {
        format!("{{socket_address: {{address: {}, port_value: {}}}}}", address.ip(), address.port())
    };
    let (listen, origin) = (address(listen), address(origin));
    let config = "\"@type\": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
    format!(
        "static_resources:\n  listeners:\n  - address: {listen}\n    filter_chains:\n    - filters:\n      \
         - name: tcp\n        typed_config: {{{config}, stat_prefix: bench, cluster: origin}}\n  \
         clusters:\n  - name: origin\n    type: STATIC\n    circuit_breakers: {{thresholds: [{{max_connections: \
         {connections}, max_pending_requests: {connections}}}]}}\n    load_assignment: {{cluster_name: origin, endpoints: \
         [{{lb_endpoints: [{{endpoint: {{address: {origin}}}}}]}}]}}\n"
    )
}

fn nginx(
    listen: SocketAddr,
    origin: SocketAddr,
    connections: usize,
    directory: &Path,
    buffer: &str,
) -> anyhow::Result<String> {
    let mut text = String::new();
    // The file is missing where nginx has the module built in.
    if Path::new(STREAM_MODULE).exists() {
        writeln!(text, "load_module {STREAM_MODULE};")?;
    }
    let pid = directory.join(format!("{}.pid", listen.port()));
    write!(
        text,
        "daemon off;\nworker_processes 1;\npid {};\nerror_log stderr;\n\
         events {{ worker_connections {}; }}\n\
         stream {{\n  access_log off;\n  server {{\n    listen {listen};\n    proxy_pass {origin};\n    proxy_buffer_size {buffer};\n    proxy_half_close on;\n  }}\n}}\n",
        pid.display(),
        2 * connections,
    )?;
    Ok(text)
}
