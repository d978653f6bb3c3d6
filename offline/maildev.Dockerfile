# MailDev from npm, on Debian's Node.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS npm
ARG VERSION
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /maildev
COPY maildev/ ./
RUN --mount=type=secret,id=npm-config,target=/root/.npmrc \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && [ "$(node -p "require('./package.json').dependencies.maildev")" = "$VERSION" ] \
 && NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs busybox && rm -rf /var/lib/apt/lists/* \
 && ln -s busybox /bin/wget
COPY --from=npm /maildev /maildev
ENV MAILDEV_WEB_PORT=1080 MAILDEV_SMTP_PORT=1025
USER 1000:1000
ENTRYPOINT ["/maildev/node_modules/.bin/maildev"]
