#!/usr/bin/env bash
# What a bad network does to conversations: delay, loss, a cut cable, a closed port, a black hole. Client and server are in network namespaces of
# their own, with a cable between them that ci/wire.py is; each case has the right verdict, within its time. Nothing of it is left behind: the
# namespaces and all processes in them end with this script. Where namespaces are not allowed it says SKIPPED. With --install it only installs
# the program `ip`, where that is missing and can be.
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
    [ "${1:-}" != --install ] || exit 0
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

# How many packets the cable has lost since it was plugged in.
lost() {
    local word count
    kill -USR1 "$cable"
    while read -r -t 10 word count _ <&"$said"; do
        if [ "$word" = lost ]; then
            echo "$count"
            return
        fi
    done
    return 1
}

failed=() checks=0
# What is done as soon as the cable is cut, while a check goes on.
when_cut=()

# Plays the scenario $5 with the rest: it must end with the code $3, and say $4. $1 is how many seconds it takes, FROM-TO: what waits for
# something in vain, or sends again what was lost, cannot be faster. $2 is how many packets are lost meanwhile at least, or 0: none.
check() {
    local seconds=$1 losses=$2 code=$3 words=$4 scenario=$5 began ended=0 took before after watcher= wrong=()
    shift 5
    checks=$((checks + 1))
    printf '%s\n' "$scenario" >"$dir/talk.json"
    before=$(lost)
    if ((${#when_cut[@]} > 0)); then
        { read -r -t 20 word <&"$said" && [ "$word" = cut ] && "${when_cut[@]}"; } &
        watcher=$!
    fi
    began=$EPOCHREALTIME
    "$backchat" run "$dir/talk.json" --out "$dir/out" "$@" >"$dir/output" 2>&1 || ended=$?
    took=$(python3 -c "print($EPOCHREALTIME - $began)")
    [ -z "$watcher" ] || wait "$watcher" || wrong+=("the cable was not cut, or nothing could be done then")
    after=$(lost)
    [ "$ended" = "$code" ] || wrong+=("it ended with $ended, not with $code")
    grep -qF -- "$words" "$dir/output" || wrong+=("it did not say \"$words\"")
    python3 -c "exit(not ${seconds%-*} <= $took <= ${seconds#*-})" || wrong+=("it took $took s, not $seconds s")
    if ((losses == 0 && after != before)) || ((after - before < losses)); then
        wrong+=("$((after - before)) packets were lost, not $losses")
    fi
    if ((${#wrong[@]} > 0)); then
        failed+=("$name")
        printf 'FAILED: %s: %s\n' "$name" "$(IFS=';' && echo "${wrong[*]}")"
        cat "$dir/output"
    else
        printf '%-46s %5.2f s  %3d lost  %s\n' "$name" "$took" "$((after - before))" "$words"
    fi
}

# The same check must fail, for reason $1: else it would not see it if the cable did nothing.
fails() {
    local why=$1 before=("${failed[@]}") report
    shift
    report=$(check "$@") || true
    if [[ $report == "FAILED: "*"$why"* ]]; then
        printf '%-46s %s\n' "$name" "fails, as it must: $why"
    else
        failed=("${before[@]}" "$name: it passes, and ought to fail: $why")
    fi
}

greet='{ "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }, { "send": "Thorn" }, { "expect": "Hello, Thorn!" }] }'
hurry='{ "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!", "within": "150ms" }] }'
many='{ "steps": [{ "expect": "Welcome!" }, { "repeat": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }], "times": 20 }] }'
ask='{ "steps": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }] }'
again='{ "steps": [{ "repeat": [{ "retry": [{ "send": "{{index}}" }, { "expect": "Hello, {{index}}!", "within": "200ms" }], "within": "10s" }], "times": 10 }] }'
refused='{ "steps": [{ "connect": "refused" }] }'
unreachable='{ "steps": [{ "connect": "unreachable" }] }'
tcp=tcp://10.99.0.2:4000 udp=udp://10.99.0.2:4000
serve --listen 10.99.0.2:4000 --framing line
serve --listen "$udp"

name="a cable that is sound" && cable
check 0-2 0 0 "1 passed" "$greet" -t "$tcp"
check 0-2 0 0 "1 passed" "$ask" -t "$udp"
check 0-3 0 0 "1 passed" "$many" -t "$tcp"
check 0-3 0 0 "1 passed" "$again" -t "$udp"

# What follows would tell a cable that is sound from one that loses, delays or is cut.
name="nothing is lost where something must be"
fails "0 packets were lost, not 1" 0-12 1 0 "1 passed" "$again" -t "$udp"
name="nothing takes time where it must"
fails "not 1.4-12 s" 1.4-12 0 0 "1 passed" "$again" -t "$udp"
name="something is lost where nothing may be" && cable --lose 3
fails "packets were lost, not 0" 0-12 0 0 "1 passed" "$again" -t "$udp"

# Connecting takes one way and back, then each reply one.
name="100 ms each way" && cable --delay 0.1
check 0.6-4 0 0 "1 passed" "$greet" -t "$tcp"
check 0.4-3 0 1 "no reply within 150ms at step 3 of 3" "$hurry" -t "$tcp"
check 0.2-2 0 0 "1 passed" "$ask" -t "$udp"

# A system waits 200 ms at least before it sends again.
name="every fifth packet lost" && cable --lose 5
check 0.2-30 8 0 "1 passed" "$many" -t "$tcp" --timeout 20s
# Ten questions and answers are 20 packets, of which the third is lost, and then every other question or answer: seven at least, 200 ms each.
name="every third packet lost, and asked again" && cable --lose 3
check 1.4-12 7 0 "1 passed" "$again" -t "$udp"

name="a closed port" && cable
check 0-2 0 5 "10.99.0.2:4001: connection refused" "$greet" -t tcp://10.99.0.2:4001 --timeout 10s
check 0-2 0 0 "1 passed" "$refused" -t tcp://10.99.0.2:4001
check 0-2 0 1 "refused instead of a reply" "$ask" -t udp://10.99.0.2:4001 --timeout 10s

name="a black hole" && cable --cut
check 1-3 1 5 "no answer within" "$greet" -t "$tcp" --timeout 1s
check 1-3 1 0 "1 passed" "$unreachable" -t "$tcp" --timeout 1s
check 1-3 1 1 "no reply within 1s" "$ask" -t "$udp" --timeout 1s

name="no way there" && cable
check 0-2 0 5 "unreachable" "$greet" -t tcp://10.98.0.1:4000 --timeout 10s
check 0-2 0 0 "1 passed" "$unreachable" -t tcp://10.98.0.1:4000 --timeout 10s
# The system asks three times who has it, a second each.
name="nobody with this address"
check 1-9 0 5 "unreachable" "$greet" -t tcp://10.99.0.77:4000 --timeout 15s

name="a cable that is cut in the middle" && cable --cut-at Thorn
check 1-3 1 1 "no reply within 1s at step 5 of 5" "$greet" -t "$tcp" --timeout 1s
# Sent again after 0.2, 0.6 and 1.4 s at the earliest; then it is waited for twice as long once more.
name="a cable that is cut until the system gives up" && cable --cut-at Thorn
check 2.5-25 4 1 "connection timed out instead of a reply" "$greet" -t "$tcp" --timeout 60s
name="a cable that is cut and mended" && cable --cut-at Thorn --mend-after 0.5
check 0.5-15 1 0 "1 passed" "$greet" -t "$tcp" --timeout 15s

name="an interface that goes down in the middle" && cable --cut-at Thorn
when_cut=(ip link set near down)
check 1-3 1 1 "no reply within 1s at step 5 of 5" "$greet" -t "$tcp" --timeout 1s
when_cut=()
ip link set near up

if ((${#failed[@]} > 0)); then
    printf 'error: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "$checks conversations over bad networks had the right verdict"
