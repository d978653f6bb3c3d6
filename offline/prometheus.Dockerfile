# Prometheus and Alertmanager from Debian's packages, which lack the web UI.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS packages
ARG DEBIAN_MIRROR
# sid has the versions that the lab pins; they depend only on libc6.
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    echo "deb $DEBIAN_MIRROR sid main" >/etc/apt/sources.list.d/sid.list \
 && apt-get update -qq
WORKDIR /packages
RUN apt-get download -qq prometheus promtool prometheus-alertmanager \
 && for package in *.deb; do dpkg-deb -x "$package" /unpacked; done

FROM ${DEBIAN_IMAGE} AS base
# The health checks call wget, which upstream's images have from busybox. The CA certificates are for mail servers.
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends busybox ca-certificates && rm -rf /var/lib/apt/lists/* \
 && ln -s busybox /bin/wget

FROM base AS prometheus
COPY --from=packages /unpacked/usr/bin/prometheus /unpacked/usr/bin/promtool /bin/
RUN mkdir /prometheus && chown nobody:nogroup /prometheus
USER 65534:65534
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]

FROM base AS alertmanager
COPY --from=packages /unpacked/usr/bin/prometheus-alertmanager /bin/alertmanager
COPY --from=packages /unpacked/usr/bin/amtool /bin/amtool
# Upstream's binary embeds its default templates; Debian's reads them from this folder.
COPY --from=packages /unpacked/usr/share/prometheus/alertmanager /usr/share/prometheus/alertmanager
RUN mkdir /alertmanager && chown nobody:nogroup /alertmanager
USER 65534:65534
WORKDIR /alertmanager
ENTRYPOINT ["/bin/alertmanager"]
CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]
