# The linters of `make test`: shellcheck, yamllint and jq from Debian's packages, hadolint from PyPI. The scripts run under
# its dash and its busybox.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends shellcheck yamllint jq dash busybox-static curl python3-pip \
 && rm -rf /var/lib/apt/lists/*
COPY tools.requirements.txt /
RUN --mount=type=secret,id=pip-config,target=/etc/pip.conf \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && pip install --quiet --no-cache-dir --break-system-packages --no-deps --require-hashes --requirement /tools.requirements.txt
USER 65532:65532
WORKDIR /src
