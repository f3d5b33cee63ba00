# backchat alone: one static program, run by nobody in particular. See docs/ci.md.
#   docker build -t backchat . && docker run --rm --network host -v "$PWD/scenarios:/scenarios:ro" backchat run -t tcp://127.0.0.1:7000 /scenarios
FROM rust:1-alpine AS build
# Of the day's Alpine: it is only there to build.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src ./src
COPY schema ./schema
COPY benches ./benches
COPY tests ./tests
RUN cargo build --profile dist --locked --bin backchat

FROM scratch
COPY --from=build /src/target/dist/backchat /backchat
USER 65534:65534
WORKDIR /scenarios
ENTRYPOINT ["/backchat"]
