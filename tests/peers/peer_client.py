"""A plain socket client, as a tutorial writes it: it takes turns with the server and checks every reply.

It knows nothing of backchat: `backchat serve` must be a server to it like any other.

    python3 tests/peers/peer_client.py HOST PORT      exits with 0 when every reply is right, else with 1
"""

import socket
import sys

TIMEOUT_SECONDS = 10


def expect(connection, expected):
    """Reads once, as the tutorial does, and compares."""
    received = connection.recv(1024)
    if received != expected:
        sys.exit(f"peer_client: expected {expected!r}, received {received!r}")
    print(f"< {received!r}")


def say(connection, text):
    """Writes once, with nothing around the text."""
    connection.sendall(text.encode("utf-8"))
    print(f"> {text!r}")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: peer_client.py HOST PORT")
    host, port = sys.argv[1], int(sys.argv[2])
    with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection:
        expect(connection, b"Welcome!")
        for name in ("Rose", "Think", "Babala"):
            say(connection, name)
            expect(connection, f"Hello, {name}!".encode("utf-8"))
        say(connection, "exit")
        expect(connection, b"")
    print("peer_client: every reply was right")


if __name__ == "__main__":
    main()
