# Images that hold one Go program: go/PROGRAM/go.mod pins it, Debian backports' compiler builds it.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS build
ARG DEBIAN_MIRROR
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    echo "deb $DEBIAN_MIRROR trixie-backports main" >/etc/apt/sources.list.d/backports.list \
 && apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends -t trixie-backports golang-go
ENV GOTOOLCHAIN=local
ARG PROGRAM
WORKDIR /module
COPY go/${PROGRAM}/ go/build.sh ./
ARG VERSION
RUN --mount=type=cache,id=lookout-go,target=/root/go/pkg/mod \
    --mount=type=cache,id=lookout-go-build,target=/root/.cache/go-build \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && sh build.sh "$PROGRAM" "$VERSION"

FROM ${DEBIAN_IMAGE} AS program
COPY --from=build /out/ /usr/local/bin/
USER 12345:12345
ENTRYPOINT ["/usr/local/bin/program"]

FROM ${DEBIAN_IMAGE} AS jaeger
# The health check calls wget, which upstream's image has from busybox.
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends busybox && rm -rf /var/lib/apt/lists/* \
 && ln -s busybox /bin/wget
COPY --from=build /out/ /usr/local/bin/
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/program"]
