# Stand-ins for images that hold one Go program: built from the Go module proxy with backports' compiler.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS build
ARG DEBIAN_MIRROR
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    echo "deb $DEBIAN_MIRROR trixie-backports main" >/etc/apt/sources.list.d/backports.list \
 && apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends -t trixie-backports golang-go
ARG MODULE
ARG PROGRAM
RUN --mount=type=cache,id=lookout-go,target=/root/go/pkg/mod \
    --mount=type=cache,id=lookout-go-build,target=/root/.cache/go-build \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && CGO_ENABLED=0 GOTOOLCHAIN=local GOBIN=/out go install -ldflags=-s "$MODULE" \
 && ln -s "$PROGRAM" /out/program

FROM ${DEBIAN_IMAGE}
COPY --from=build /out/ /usr/bin/
USER 12345:12345
ENTRYPOINT ["/usr/bin/program"]
