# Stand-in for node:*-trixie-slim: Debian's older Node with npm. The pages build with both.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
