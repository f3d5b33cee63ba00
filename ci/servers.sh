#!/usr/bin/env bash
# Real servers that are not ours, each played with its folder in scenarios/: as the scenarios are written, then with every send cut into bytes.
# Plays all of them, or those that are named: ci/servers.sh irc redis. Installs what is missing with apt-get where that is possible.
# BACKCHAT=PATH plays with that program, else one is built.
# Whatever it starts listens on 127.0.0.1 only, on a port that was free, keeps its files in a folder that is deleted, and is ended by its process id.
set -euo pipefail
cd "$(dirname "$0")/.."

# What Debian calls each server: its program, and the package that brings it.
declare -A program=([dns]=dnsmasq [irc]=ngircd [memcached]=memcached [mqtt]=mosquitto [redis]=redis-server [smtp]=exim4)
declare -A package=([dns]=dnsmasq-base [irc]=ngircd [memcached]=memcached [mqtt]=mosquitto [redis]=redis-server [smtp]=exim4-daemon-light)
export PATH="$PATH:/usr/sbin"

# start_NAME PORT becomes the server, in the foreground: the process that is started is the process that is ended.

start_dns() {
    exec dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --log-facility=- \
        --user="$(id -un)" --group="$(id -gn)" --port="$1" --listen-address=127.0.0.1 --bind-interfaces \
        --no-resolv --no-hosts --no-poll --cache-size=0 --local=/test/ \
        --host-record=rose.backchat.test,192.0.2.1 --host-record=babala.backchat.test,192.0.2.2,2001:db8::2 \
        --cname=www.backchat.test,rose.backchat.test \
        --txt-record=long.backchat.test,"$(printf '%0200d' 0)","$(printf '%0200d' 1)","$(printf '%0200d' 2)" \
        --mx-host=backchat.test,rose.backchat.test,10
}

start_irc() {
    cat >"$dir/ngircd.conf" <<CONF
[Global]
Name = irc.backchat.test
Info = a server for tests
Listen = 127.0.0.1
Ports = $1
ServerUID = $(id -u)
ServerGID = $(id -g)
MotdPhrase = Welcome!
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 30
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
RequireAuthPing = yes
CONF
    exec ngircd --nodaemon --config "$dir/ngircd.conf"
}

start_memcached() {
    exec memcached --user="$(id -un)" --listen=127.0.0.1 --port="$1" --udp-port=0 --memory-limit=16 --threads=1
}

start_mqtt() {
    cat >"$dir/mosquitto.conf" <<CONF
listener $1 127.0.0.1
allow_anonymous true
persistence false
user $(id -un)
max_packet_size 100000
CONF
    exec mosquitto -c "$dir/mosquitto.conf"
}

start_redis() {
    exec redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --daemonize no --dir "$dir"
}

# Exim takes letters to three people and forgets them: nothing is delivered, nothing leaves the machine.
start_smtp() {
    mkdir -p "$dir/spool"
    cat >"$dir/exim.conf" <<CONF
primary_hostname = mail.backchat.test
spool_directory = $dir/spool
log_file_path = $dir/spool/%slog
exim_user = $(id -un)
exim_group = $(id -gn)
never_users =
daemon_startup_retries = 0
host_lookup =
rfc1413_query_timeout = 0s
smtp_banner = mail.backchat.test ESMTP
smtp_accept_max = 0
tls_advertise_hosts =
pipelining_connect_advertise_hosts =
keep_environment =
queue_only = true
message_size_limit = 20000
acl_smtp_vrfy = accept
acl_smtp_rcpt = recipient
begin acl
recipient:
  accept domains = backchat.test
         local_parts = rose : think : babala
  deny domains = backchat.test
       message = nobody of that name here
  deny message = relay not permitted
begin routers
forget:
  driver = redirect
  data = :blackhole:
CONF
    exec exim4 -C "$dir/exim.conf" -bdf -oX "127.0.0.1:$1"
}

# Installs packages, each for itself, and removes none for them, as another mail server. RUNLEVEL=1 keeps them from starting servers of their own.
install() {
    local as_root=() package
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    "${as_root[@]}" apt-get update -qq || return 1
    for package in "$@"; do
        "${as_root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends --no-remove "$package" >/dev/null || true
    done
}

# Whether somebody accepts connections on port $1.
answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

server=
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}

# Starts the server $1 on port $2; fails when it ends, as when the port is taken, or does not come to accept connections.
start() {
    local tries
    "start_$1" "$2" >"$dir/log" 2>&1 &
    server=$!
    for ((tries = 0; tries < 200; tries++)); do
        sleep 0.05
        kill -0 "$server" 2>/dev/null || break
        if answers "$2"; then
            return 0
        fi
    done
    stop
    return 1
}

# None of them can be told to pick a free port and say which, so ports below the system's own range are tried.
start_somewhere() {
    local attempt
    for ((attempt = 0; attempt < 20; attempt++)); do
        port=$((20000 + RANDOM % 10000))
        if ! answers "$port" && start "$1" "$port"; then
            return 0
        fi
    done
    echo "error: ${program[$1]} did not start:" >&2
    cat "$dir/log" >&2
    return 1
}

names=("$@")
if ((${#names[@]} == 0)); then
    mapfile -t names < <(printf '%s\n' "${!program[@]}" | sort)
fi

missing=()
for name in "${names[@]}"; do
    if [ -z "${program[$name]:-}" ]; then
        echo "error: there is no server $name, only: ${!program[*]}" >&2
        exit 2
    fi
    command -v "${program[$name]}" >/dev/null || missing+=("${package[$name]}")
done
if ((${#missing[@]} > 0)); then
    install "${missing[@]}" || true
fi

backchat=${BACKCHAT:-target/release/backchat}
[ -n "${BACKCHAT:-}" ] || cargo build --release --locked

dir=
cleanup() {
    stop
    [ -z "$dir" ] || rm -rf "$dir"
}
trap cleanup EXIT

failed=()
for name in "${names[@]}"; do
    if ! command -v "${program[$name]}" >/dev/null; then
        echo "SKIPPED: scenarios/$name: ${program[$name]} is not installed and could not be (apt-get install ${package[$name]})"
        continue
    fi
    dir=$(mktemp -d)
    echo "== scenarios/$name, played with ${program[$name]}"
    if start_somewhere "$name"; then
        for segment in whole byte; do
            "$backchat" run --no-fail-fast --timeout 20s --target "tcp://127.0.0.1:$port" --segment "$segment" "scenarios/$name" || failed+=("$name")
        done
    else
        failed+=("$name")
    fi
    stop
    rm -rf "$dir"
    dir=
done

if ((${#failed[@]} > 0)); then
    echo "error: failed with: ${failed[*]}" >&2
    exit 1
fi
