# The browser tests of the console: Playwright with Debian's Chromium. Built from the folder lab/console/e2e.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends chromium nodejs npm fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /e2e
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=npm-config,target=/root/.npmrc \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm ci --no-audit --no-fund
COPY . .
RUN npm run check
ENV HOME=/tmp OUT=/out CHROMIUM=/usr/bin/chromium
ENTRYPOINT ["node_modules/.bin/playwright", "test"]
