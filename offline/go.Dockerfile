# Stand-ins for images that hold one Go program: go/PROGRAM/go.mod pins it, Debian backports' compiler builds it.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS build
ARG DEBIAN_MIRROR
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    echo "deb $DEBIAN_MIRROR trixie-backports main" >/etc/apt/sources.list.d/backports.list \
 && apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends -t trixie-backports golang-go
ARG PROGRAM
WORKDIR /module
COPY go/${PROGRAM}/ ./
# Fails if go.mod pins another version than the image's tag.
ARG VERSION
RUN --mount=type=cache,id=lookout-go,target=/root/go/pkg/mod \
    --mount=type=cache,id=lookout-go-build,target=/root/.cache/go-build \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && package=$(sed -n 's/^tool //p' go.mod) \
 && grep -q "^\s*${package%/cmd/*} v${VERSION#v}\b" go.mod \
 && CGO_ENABLED=0 GOTOOLCHAIN=local go build -mod=readonly -trimpath -ldflags=-s -o /out/ "$package" \
 && go version >/out/go-version \
 && ln -s "$PROGRAM" /out/program

FROM ${DEBIAN_IMAGE}
COPY --from=build /out/ /usr/local/bin/
USER 12345:12345
ENTRYPOINT ["/usr/local/bin/program"]
