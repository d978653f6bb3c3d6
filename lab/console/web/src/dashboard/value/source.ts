//! The data sources' names for people.
import type { SourceDown } from "../../api/dashboard";

export const SOURCE_NAMES: Record<SourceDown["source"], string> = {
  prometheus: "Prometheus",
  influxdb: "InfluxDB",
  jaeger: "Jaeger",
};
