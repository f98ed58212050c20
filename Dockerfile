# syntax=docker/dockerfile:1
# The image holds one file, the compiled server, on a base with glibc and nothing to log in to.
# What each line is for: docs/deploy.md

FROM denoland/deno:2.9.6 AS build
WORKDIR /src
COPY . .
RUN deno task compile && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="slabkv" \
      org.opencontainers.image.description="A cache server with a fixed amount of memory, over HTTP and JSON" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Makes V8 size its heap by the container's memory and not by the machine's.
ENV DENO_USE_CGROUPS=1
COPY --from=build /src/dist/slabkv /usr/local/bin/slabkv
# Where a volume for --data-dir goes; a new one takes its owner from here.
COPY --from=build --chown=65532:65532 --chmod=700 /data /data
USER 65532:65532
EXPOSE 7171
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --start-interval=1s --retries=3 \
  CMD ["/usr/local/bin/slabkv", "health"]
ENTRYPOINT ["/usr/local/bin/slabkv"]
CMD ["--host", "0.0.0.0", "--allow-remote"]
