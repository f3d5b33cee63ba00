#!/usr/bin/env bash
# Real servers that are not ours, each started by backchat, as a suite of backchat.json says or by `--spawn`, and played with its folder in scenarios/: as the scenarios are written,
# then with every send cut into bytes; over each transport that the server has. Their settings stand beside the scenarios.
# Plays all of them, or those that are named: ci/servers.sh irc redis. What stands behind `--` is given to each run: ci/servers.sh redis -- --repeat 20
# Installs what is missing with apt-get where that is possible, and with --install does no more. BACKCHAT=PATH plays with that program, else one is built.
# What cannot be played is named again at the end. Where all are played and whatever is missing can be installed, as on a build machine, that fails, and so does
# it where fewer conversations were played than there are.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin"
source ci/install.sh

# What Debian calls each server: its program, and the package that brings it.
declare -A program=([dns]=dnsmasq [dns-udp]=dnsmasq [ftp]=vsftpd [http]=nginx [irc]=ngircd [memcached]=memcached [memcached-udp]=memcached [mqtt]=mosquitto [redis]=redis-server [smtp]=exim4 [ssh]=sshd)
declare -A package=([dns]=dnsmasq-base [dns-udp]=dnsmasq-base [ftp]=vsftpd [http]=nginx [irc]=ngircd [memcached]=memcached [memcached-udp]=memcached [mqtt]=mosquitto [redis]=redis-server [smtp]=exim4-daemon-light [ssh]=openssh-server)

# How many servers and conversations there are at least, where all can be played.
SERVERS=9 CONVERSATIONS=700

# Each of these plays one folder, with all that its server can be reached by: play HOW COMMAND [ARGUMENTS OF backchat run].

dns() {
    suite "TCP"
}

dns-udp() {
    suite "UDP"
}

# Only root can lock clients into a folder, and files belong to the user that comes with the package.
ftp() {
    if [ "$(id -u)" != 0 ]; then
        skip "scenarios/ftp: vsftpd locks its clients into a folder, which only root can"
        return
    fi
    local prepare='chmod 711 $1; mkdir $1/empty $1/files $1/files/pub; chown ftp $1/files/pub'
    play "TCP" "sh -ec '$prepare; exec vsftpd \$2' sh {dir} {file:scenarios/ftp/vsftpd.conf}"
}

http() {
    local server="sh -ec 'cp $certificate/*.pem \$1; exec nginx -p \$1 -e stderr -c \$2' sh {dir} {file:scenarios/http/nginx.conf} {file:scenarios/http/tls.conf}"
    # What is about TLS is left to the other.
    both "TCP" --suite http --skip tls
    play_tls "$server" --target 'tls://localhost:{port:tls}'
}

irc() {
    suite "TCP"
}

memcached() {
    suite "TCP"
    play "a Unix socket" 'memcached --user=root --memory-limit=16 --threads=1 --unix-socket={socket}'
}

memcached-udp() {
    suite "UDP"
}

mqtt() {
    suite "TCP"
}

redis() {
    local server="redis-server --bind 127.0.0.1 --save '' --appendonly no --dir {dir} --port {port} --unixsocket {socket}"
    suite "TCP"
    play "a Unix socket" "$server" --target 'unix:{socket}'
    play_tls "$server --tls-port {port:tls} --tls-cert-file $certificate/cert.pem --tls-key-file $certificate/key.pem --tls-auth-clients no" \
        --target 'tls://localhost:{port:tls}'
}

smtp() {
    local server="exim4 -C {file:scenarios/smtp/exim.conf} -bdf -DUSER=$(id -un) -DGROUP=$(id -gn)"
    if [ -n "$certificate" ]; then
        play "TCP, and TLS by STARTTLS" "$server -DTLS=$certificate" --tls-ca "$certificate/cert.pem" --feature starttls
    else
        skip "scenarios/smtp with STARTTLS: no certificate"
        play "TCP" "$server"
    fi
}

# sshd wants a key of its own and, started by root, a folder of the system's.
ssh() {
    local prepare='test $(id -u) != 0 || mkdir -p /run/sshd; ssh-keygen -q -N "" -t ed25519 -f $1/key'
    play "TCP" "sh -ec '$prepare; exec /usr/sbin/sshd -D -e -f \$2' sh {dir} {file:scenarios/ssh/sshd_config}"
}

# Plays the suite $name of backchat.json, which a person plays so too, over $1.
suite() {
    both "$1" --suite "$name"
}

# Plays the folder of $name over $1 with the server that $2 starts; the rest is for backchat.
play() {
    local how=$1 command=$2
    shift 2
    both "$how" --spawn "$command" "$@" "scenarios/$name"
}

skipped=() played=0
declare -A servers=()

# Says what is not played, and why.
skip() {
    echo "SKIPPED: $1"
    skipped+=("$1")
}

# Plays what these arguments say, over $1: as it is written, then byte by byte. No scenario of a server may be skipped: what it requires is there.
both() {
    local how=$1 segment passed
    shift
    echo "== scenarios/$name, played with ${program[$name]} over $how"
    for segment in whole byte; do
        rm -f "$dir/totals"
        "$backchat" run -q --no-fail-fast --deny-skips --timeout 20s --segment "$segment" --report "text=$dir/totals" --out "$dir/out" "${more[@]}" "$@" ||
            failed+=("$name over $how")
        passed=$(sed -En 's/^ +Summary .* selected: ([0-9]+) passed,.*/\1/p' "$dir/totals" || true)
        played=$((played + ${passed:-0}))
        ((${passed:-0} == 0)) || servers[${program[$name]}]=1
    done
}

play_tls() {
    if [ -n "$certificate" ]; then
        play "TLS" "$@" --tls-ca "$certificate/cert.pem"
    else
        skip "scenarios/$name over TLS: no certificate"
    fi
}

# A certificate for localhost, which signs itself, and its key: cert.pem and key.pem in the folder $1.
certify() {
    command -v openssl >/dev/null || return 1
    cat >"$1/openssl.cnf" <<CONF
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = backchat.test
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
CONF
    openssl req -x509 -config "$1/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
}

all=0 names=() only_install=''
if [ "${1:-}" = --install ]; then
    only_install=1
    shift
fi
while (($# > 0)) && [ "$1" != -- ]; do
    names+=("$1")
    shift
done
more=("${@:2}")
if ((${#names[@]} == 0)); then
    all=1
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
command -v openssl >/dev/null || missing+=(openssl)
if ((${#missing[@]} > 0)); then
    install "${missing[@]}" || true
fi
[ -z "$only_install" ] || exit 0

backchat=${BACKCHAT:-target/release/backchat}
[ -n "${BACKCHAT:-}" ] || cargo build --release --locked

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
certificate=
if certify "$dir"; then
    certificate=$dir
fi

failed=()
for name in "${names[@]}"; do
    if command -v "${program[$name]}" >/dev/null; then
        "$name"
    else
        skip "scenarios/$name: ${program[$name]} is not installed and could not be (apt-get install ${package[$name]})"
    fi
done

echo "${#servers[@]} servers, $played conversations passed, ${#skipped[@]} skipped"
((${#skipped[@]} == 0)) || printf 'SKIPPED: %s\n' "${skipped[@]}"
if ((all)); then
    if ((${#servers[@]} < SERVERS || played < CONVERSATIONS)); then
        skipped+=("$SERVERS servers and $CONVERSATIONS conversations at least are there to be played")
    fi
    # Who may install everything, and be everybody, has no reason to skip anything.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        failed+=("${skipped[@]/#/it was not played: }")
    fi
fi

if ((${#failed[@]} > 0)); then
    printf 'error: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
