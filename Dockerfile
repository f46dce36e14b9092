# The image of sexton: one binary, the loader and the libraries that it loads, nothing else.
#
#   podman build -t sexton .
#
# The tests build this very file on a stand-in for the builder image: any image with /bin/sh, coreutils, ldd and the
# pinned bun will do.
ARG BUILDER=oven/bun:1.4.5-debian

FROM ${BUILDER} AS build
WORKDIR /build
# Dependencies first: they change less often than the source. Only what ends up in the binary is installed.
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production
COPY scripts/build.ts scripts/identity.ts scripts/page.ts scripts/
COPY src src
# For `sexton version`, since .git is not here: --build-arg=REVISION=$(git rev-parse HEAD)
ARG REVISION=
RUN SOURCE_REVISION=${REVISION} bun scripts/build.ts
# ldd prints the loader and each library with the path where the loader will look for it again, on amd64
# (/lib64/ld-linux-x86-64.so.2) as on arm64 (/lib/ld-linux-aarch64.so.1). COPY keeps modes, so they are set here.
RUN set -eu; \
    mkdir /rootfs; \
    ldd dist/sexton | while read -r first second third rest; do \
      case "$first $second $third" in \
        *" => not found"*) echo "Cannot build the image: $first is missing in the builder" >&2; exit 1 ;; \
        /*) library=$first ;; \
        *" => /"*) library=$third ;; \
        *) continue ;; \
      esac; \
      mkdir -p "/rootfs$(dirname "$library")"; \
      cp -L "$library" "/rootfs$library"; \
      chmod 0755 "/rootfs$library"; \
    done; \
    cp dist/sexton /rootfs/sexton; \
    chmod 0755 /rootfs/sexton

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="sexton" \
      org.opencontainers.image.description="Signals the processes of a pod, takes care of its zombies and keeps the register of every birth and exit" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /rootfs/ /
# They lower the memory of a server that idles most of its life, by 2 MB of 10: no optimizing compiler beside the baseline
# one, which compiles only what runs often, on the thread that runs it, and one thread for the collector. They are read
# from the environment only, so they cannot be compiled in. A scan of 5,000 processes takes a tenth longer by it: on a node
# with that many, set the useDFGJIT and the useConcurrentJIT to 1. The JIT as such stays on, since the calls into libc need it.
ENV BUN_JSC_useDFGJIT=0 \
    BUN_JSC_useConcurrentJIT=0 \
    BUN_JSC_thresholdForJITAfterWarmUp=4000 \
    BUN_JSC_thresholdForJITSoon=1000 \
    BUN_JSC_numberOfGCMarkers=1
USER 65532:65532
# The API itself listens on the pod's loopback (9099). This is the probes' listener, when it is switched on.
EXPOSE 9098
ENTRYPOINT ["/sexton"]
