"""A plain socket server, as a tutorial writes it: a thread a client, recv(1024), no framing.

It knows nothing of backchat. The scenarios tagged `tutorial-server` are played against it, to prove that they describe
socket programs in general and not only the reference server.

    python3 tests/peers/peer_server.py PORT      serves until it is ended
"""

import socket
import sys
import threading


def serve_client(connection):
    """One conversation: a greeting, then `Hello, M!` for whatever one recv() returned."""
    with connection:
        try:
            connection.sendall(b"Welcome!")
            while True:
                data = connection.recv(1024)
                if not data:
                    return
                message = data.decode("utf-8")
                if message == "exit":
                    return
                connection.sendall(f"Hello, {message}!".encode("utf-8"))
        except (ConnectionError, UnicodeDecodeError):
            return


def main():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
    while True:
        try:
            connection, _ = listener.accept()
        except ConnectionError:
            continue
        threading.Thread(target=serve_client, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
