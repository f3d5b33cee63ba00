#!/usr/bin/env bash
# What a bad network does to conversations: delay, loss, a cut cable, a closed port, a black hole. Client and server are in network namespaces of
# their own, with a cable between them that ci/wire.py is; each case has the right verdict, within its time. Nothing of it is left behind: the
# namespaces and all processes in them end with this script. Where namespaces are not allowed it says SKIPPED.
# BACKCHAT=PATH plays with that program, else one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

skip() {
    echo "SKIPPED: ci/network.sh: $1"
    exit 0
}

# The first time it is begun it makes the namespaces, and begins again in them.
if [ -z "${BACKCHAT_IN_NAMESPACE:-}" ]; then
    [ "$(uname)" = Linux ] || skip "network namespaces are of Linux"
    if ! command -v ip >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends iproute2; } >/dev/null || true
    fi
    for program in ip unshare nsenter python3; do
        command -v "$program" >/dev/null || skip "there is no program $program"
    done
    own=(unshare --net --pid --fork --kill-child --mount-proc)
    [ "$(id -u)" = 0 ] || own+=(--user --map-root-user)
    "${own[@]}" ip link set lo up 2>/dev/null || skip "no network namespace can be made here: it takes root, or user namespaces"
    "${own[@]}" ip link add left type veth peer name right 2>/dev/null || skip "this system has no virtual cables (veth)"
    backchat=${BACKCHAT:-target/release/backchat}
    [ -n "${BACKCHAT:-}" ] || cargo build --release --locked
    exec env BACKCHAT_IN_NAMESPACE=1 "BACKCHAT=$(realpath "$backchat")" "${own[@]}" bash ci/network.sh
fi

backchat=$BACKCHAT
unset BACKCHAT BACKCHAT_IN_NAMESPACE
export CI=true
# A folder in memory, which nobody outside sees.
dir=/mnt
mount -t tmpfs network "$dir"

# A network namespace that lasts as long as its process, whose id is in $holder.
namespace() {
    unshare --net sleep infinity &
    holder=$!
    until [ "$(readlink "/proc/$holder/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do
        sleep 0.01
    done
}

in_middle() { nsenter --target "$middle" --net "$@"; }
in_far() { nsenter --target "$far" --net "$@"; }

# near, where the client is ── left ⋯ the cable ⋯ right ── far, where the servers are.
namespace && middle=$holder
namespace && far=$holder
ip link add near type veth peer name left netns "$middle"
ip link add far netns "$far" type veth peer name right netns "$middle"
ip addr add 10.99.0.1/24 dev near
in_far ip addr add 10.99.0.2/24 dev far
python3 ci/wire.py plain near
in_far python3 ci/wire.py plain far
in_middle ip link set left up
in_middle ip link set right up
in_far ip link set far up
ip link set near up
ip link set lo up
# The system gives a connection up after seconds, not after a quarter of an hour.
echo 3 >/proc/sys/net/ipv4/tcp_retries2

mkfifo "$dir/said"

# Plugs in a cable that does what these options say, instead of the one before. What it says next is read from $said.
cable=
cable() {
    if [ -n "$cable" ]; then
        kill "$cable"
        wait "$cable" 2>/dev/null || true
        exec {said}<&-
    fi
    nsenter --target "$middle" --net python3 ci/wire.py left right "$@" >"$dir/said" &
    cable=$!
    exec {said}<"$dir/said"
    read -r word <&"$said"
    [ "$word" = ready ]
}

# Starts a server there: serve ARGUMENTS OF backchat serve
serve() {
    nsenter --target "$far" --net "$backchat" serve "$@" >"$dir/listening" &
    until [ -s "$dir/listening" ]; do
        kill -0 $! || exit 1
        sleep 0.01
    done
    : >"$dir/listening"
}

failed=() checks=0

# Plays the scenario $4 with the rest: it must end with the code $2, and say $3, in at most $1 seconds.
check() {
    local seconds=$1 code=$2 said=$3 scenario=$4 began=$EPOCHREALTIME ended=0 took
    shift 4
    checks=$((checks + 1))
    printf '%s\n' "$scenario" >"$dir/talk.json"
    "$backchat" run "$dir/talk.json" --out "$dir/out" "$@" >"$dir/output" 2>&1 || ended=$?
    took=$(python3 -c "print($EPOCHREALTIME - $began)")
    if [ "$ended" != "$code" ] || ! grep -qF -- "$said" "$dir/output" || python3 -c "exit($took <= $seconds)"; then
        failed+=("$name")
        echo "FAILED: $name: code $ended for $code, $took s of $seconds; \"$said\" is to be said in:"
        cat "$dir/output"
    else
        printf '%-52s %5.2f s  %s\n' "$name" "$took" "$said"
    fi
}

greet='{ "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }, { "send": "Thorn" }, { "expect": "Hello, Thorn!" }] }'
hurry='{ "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!", "within": "150ms" }] }'
many='{ "steps": [{ "expect": "Welcome!" }, { "repeat": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }], "times": 20 }] }'
ask='{ "steps": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }] }'
again='{ "steps": [{ "retry": [{ "send": "Rose" }, { "expect": "Hello, Rose!", "within": "200ms" }], "within": "10s" }] }'
refused='{ "steps": [{ "connect": "refused" }] }'
unreachable='{ "steps": [{ "connect": "unreachable" }] }'
tcp=tcp://10.99.0.2:4000 udp=udp://10.99.0.2:4000
serve --listen 10.99.0.2:4000 --framing line
serve --listen "$udp"

name="a cable that is sound" && cable
check 2 0 "1 passed" "$greet" -t "$tcp"
check 2 0 "1 passed" "$ask" -t "$udp"

name="100 ms each way" && cable --delay 0.1
check 4 0 "1 passed" "$greet" -t "$tcp"
check 3 1 "no reply within 150ms at step 3 of 3" "$hurry" -t "$tcp"
check 2 0 "1 passed" "$ask" -t "$udp"

name="every fifth frame lost" && cable --lose 5
check 30 0 "1 passed" "$many" -t "$tcp" --timeout 20s
name="every third packet lost, and asked again" && cable --lose 3
check 12 0 "1 passed" "$again" -t "$udp"

name="a closed port" && cable
check 2 5 "10.99.0.2:4001: connection refused" "$greet" -t tcp://10.99.0.2:4001 --timeout 10s
check 2 0 "1 passed" "$refused" -t tcp://10.99.0.2:4001
check 2 1 "refused instead of a reply" "$ask" -t udp://10.99.0.2:4001 --timeout 10s

name="a black hole" && cable --cut
check 3 5 "no answer within" "$greet" -t "$tcp" --timeout 1s
check 3 0 "1 passed" "$unreachable" -t "$tcp" --timeout 1s
check 3 1 "no reply within 1s" "$ask" -t "$udp" --timeout 1s

name="no way there" && cable
check 2 5 "unreachable" "$greet" -t tcp://10.98.0.1:4000 --timeout 10s
check 2 0 "1 passed" "$unreachable" -t tcp://10.98.0.1:4000 --timeout 10s
name="nobody with this address"
check 9 5 "unreachable" "$greet" -t tcp://10.99.0.77:4000 --timeout 15s

name="a cable that is cut in the middle" && cable --cut-at Thorn
check 3 1 "no reply within 1s at step 5 of 5" "$greet" -t "$tcp" --timeout 1s
name="a cable that is cut until the system gives up" && cable --cut-at Thorn
check 25 1 "connection timed out instead of a reply" "$greet" -t "$tcp" --timeout 60s
name="a cable that is cut and mended" && cable --cut-at Thorn --mend-after 0.5
check 15 0 "1 passed" "$greet" -t "$tcp" --timeout 15s

name="an interface that goes down in the middle" && cable --cut-at Thorn
{ read -r word <&"$said" && ip link set near down; } &
check 3 1 "no reply within 1s at step 5 of 5" "$greet" -t "$tcp" --timeout 1s
wait $!
ip link set near up

if ((${#failed[@]} > 0)); then
    printf 'error: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "$checks conversations over bad networks had the right verdict"
