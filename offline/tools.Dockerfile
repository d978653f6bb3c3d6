# What `make test` lints with: shellcheck, yamllint and jq, from Debian's packages. Not a stand-in: always built.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends shellcheck yamllint jq curl \
 && rm -rf /var/lib/apt/lists/*
USER 65532:65532
WORKDIR /src
