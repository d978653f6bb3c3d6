# InfluxDB: Debian's build of 1.6.7, which has the same API as 1.8.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends influxdb influxdb-client && rm -rf /var/lib/apt/lists/*
# Upstream's image runs as root too: its volume belongs to root.
RUN install -d /var/lib/influxdb && chown root: /var/lib/influxdb && rm -rf /var/lib/influxdb/*
EXPOSE 8086
ENTRYPOINT ["/usr/bin/influxd"]
