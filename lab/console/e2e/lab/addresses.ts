//! Published addresses of the lab's services. Environment variables override the default ports of .env.

function port(name: string, fallback: number): number {
  return Number(process.env[name] ?? fallback);
}

function published(name: string, fallback: number): string {
  return `http://127.0.0.1:${port(name, fallback)}`;
}

export const address = {
  alertmanager: published("ALERTMANAGER_PORT", 9093),
  console: published("CONSOLE_PORT", 8000),
  envoyAdmin: published("ENVOY_ADMIN_PORT", 9901),
  influxdb: published("INFLUXDB_PORT", 8086),
  jaeger: published("JAEGER_PORT", 16686),
  mailbox: published("MAILDEV_PORT", 1080),
  prometheus: published("PROMETHEUS_PORT", 9090),
} as const;

/** Folder for screenshots and traces. */
export const out = process.env.OUT ?? "out";
