# Debian's Node with npm, which is older than the pinned one. The pages build with both.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
