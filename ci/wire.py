"""A cable between two network interfaces, which delays, loses or swallows what goes over it: what ci/network.sh plugs in.

    wire.py IF_A IF_B [--delay S] [--lose N] [--cut] [--cut-at TEXT [--mend-after S]]
    wire.py plain IF

The first carries Ethernet frames between two interfaces of its network namespace, and prints `ready`, later `cut` and `mended`. At SIGUSR1 it
prints `lost N of M`: how many of the IPv4 packets that came it has not carried. Only these are counted and lost, so what the system says by
itself, to find out who has which address, changes nothing. `plain` has the system itself compute all checksums of an interface: what is left to
a card there is none for never arrives.
"""

import argparse
import array
import fcntl
import heapq
import os
import select
import signal
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17
MAX_FRAME = 1 << 16
IPV4 = b"\x08\x00"


def plain(name):
    """Switches off that checksums are computed by the card."""
    command = array.array("B", struct.pack("II", ETHTOOL_STXCSUM, 0))
    request = struct.pack("16sP", name.encode(), command.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCETHTOOL, request)


def say(word):
    """Tells who waits for it; whoever does not wait any more need not hear it."""
    try:
        os.write(1, f"{word}\n".encode())
    except BrokenPipeError:
        pass


def carry(options):
    """Carries frames both ways, until it is killed."""
    ends = []
    for name in (options.a, options.b):
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        end.bind((name, 0))
        ends.append(end)
    cut, mended_at, cut_at = options.cut, None, (options.cut_at or "").encode()
    number, count, lost, waiting = 0, 0, 0, []
    signal.signal(signal.SIGUSR1, lambda *_: say(f"lost {lost} of {count}"))
    say("ready")
    while True:
        now = time.monotonic()
        if mended_at is not None and now >= mended_at:
            cut, mended_at, cut_at = False, None, b""
            say("mended")
        while waiting and waiting[0][0] <= now:
            _, _, out, frame = heapq.heappop(waiting)
            try:
                out.send(frame)
            except OSError:
                pass  # The interface is down: so is the cable.
        soon = [waiting[0][0]] if waiting else []
        soon += [mended_at] if mended_at is not None else []
        patience = max(0, min(soon) - now) if soon else None
        for end in select.select(ends, [], [], patience)[0]:
            try:
                frame, source = end.recvfrom(MAX_FRAME)
            except OSError:
                continue
            if source[2] == socket.PACKET_OUTGOING:
                continue
            if cut_at and not cut and cut_at in frame:
                cut = True
                say("cut")
                if options.mend_after is not None:
                    mended_at = time.monotonic() + options.mend_after
            number += 1
            is_counted = frame[12:14] == IPV4
            count += is_counted
            if cut or (options.lose and is_counted and count % options.lose == 0):
                lost += is_counted
                continue
            other = ends[1] if end is ends[0] else ends[0]
            heapq.heappush(waiting, (time.monotonic() + options.delay, number, other, frame))


def main():
    if sys.argv[1:2] == ["plain"]:
        plain(sys.argv[2])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--lose", type=int, help="every Nth IPv4 packet")
    parser.add_argument("--cut", action="store_true")
    parser.add_argument("--cut-at", help="from the first frame with this text on")
    parser.add_argument("--mend-after", type=float)
    carry(parser.parse_args())


main()
