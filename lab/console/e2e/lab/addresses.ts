//! Where the lab's parts are published: .env's ports, or those that the environment has.

function port(name: string, standard: number): number {
  return Number(process.env[name] ?? standard);
}

function published(name: string, standard: number): string {
  return `http://127.0.0.1:${port(name, standard)}`;
}

export const address = {
  console: published("CONSOLE_PORT", 8000),
  envoyAdmin: published("ENVOY_ADMIN_PORT", 9901),
  influxdb: published("INFLUXDB_PORT", 8086),
  jaeger: published("JAEGER_PORT", 16686),
  mailbox: published("MAILDEV_PORT", 1080),
  prometheus: published("PROMETHEUS_PORT", 9090),
} as const;

/** Folder for what a run leaves to look at. */
export const out = process.env.OUT ?? "out";
