#!/usr/bin/env bash
# A real server that is not ours: Debian's redis-server, played with scenarios/redis/.
# Installs it with apt-get where that is possible; the server it starts listens on 127.0.0.1 only and keeps nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

# RUNLEVEL=1 keeps the package from starting a server of its own.
install_redis() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends redis-server >/dev/null
}

if ! command -v redis-server >/dev/null && ! install_redis; then
    echo "SKIPPED: scenarios/redis: redis-server is not installed and could not be (apt-get install redis-server)"
    exit 0
fi

cargo build --release --locked
backchat=target/release/backchat

dir=$(mktemp -d)
redis=
cleanup() {
    if [ -n "$redis" ]; then
        kill "$redis" 2>/dev/null || true
        wait "$redis" 2>/dev/null || true
    fi
    rm -rf "$dir"
}
trap cleanup EXIT

# Starts a server on port $1; fails when it does not come to accept connections, as when the port is taken.
start_redis() {
    local tries
    redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --daemonize no --dir "$dir" >"$dir/log" 2>&1 &
    redis=$!
    for ((tries = 0; tries < 200; tries++)); do
        if grep -q 'Ready to accept connections' "$dir/log"; then
            return 0
        fi
        kill -0 "$redis" 2>/dev/null || break
        sleep 0.05
    done
    kill "$redis" 2>/dev/null || true
    wait "$redis" 2>/dev/null || true
    redis=
    return 1
}

# Redis cannot be told to pick a free port, so ports below the system's own range are tried until one is free.
port=
for ((attempt = 0; attempt < 20; attempt++)); do
    candidate=$((20000 + RANDOM % 10000))
    if start_redis "$candidate"; then
        port=$candidate
        break
    fi
done
if [ -z "$port" ]; then
    echo "error: redis-server did not start:" >&2
    cat "$dir/log" >&2
    exit 1
fi

redis-server --version
"$backchat" run --target "tcp://127.0.0.1:$port" scenarios/redis
"$backchat" run --target "tcp://127.0.0.1:$port" --segment byte scenarios/redis
