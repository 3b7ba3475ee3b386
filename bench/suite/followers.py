"""Opens event streams and reads them until it is ended: python3 -m suite.followers PORT COUNT NAME.
NAME is that of a counter, in which `%d` is the number of the stream. Says when all are open."""

import os
import resource
import select
import socket
import sys


def open_stream(port, name):
    peer = socket.create_connection(("127.0.0.1", port), 10)
    peer.sendall(f"GET /v1/counters/{name}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    if not peer.recv(4096).startswith(b"HTTP/1.1 200"):
        sys.exit("a stream was refused")
    peer.setblocking(False)
    return peer


def read_all(peers):
    ready_set = select.epoll()
    for descriptor in peers:
        ready_set.register(descriptor, select.EPOLLIN)
    while True:
        for descriptor, _ in ready_set.poll():
            if not os.read(descriptor, 1 << 16):
                sys.exit("a stream has ended")


def main(port, count, name):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    peers = {}
    for number in range(count):
        peer = open_stream(port, name.replace("%d", str(number)))
        peers[peer.fileno()] = peer
    print("open", flush=True)
    read_all(peers)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
