"""Memory: bytes a counter, bytes an idle connection."""

import resource
import socket
import threading
import time


def exchange(port, chunks, reply_bytes):
    """Sends all chunks on one connection and waits for so many bytes of reply."""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        def send():
            for chunk in chunks:
                peer.sendall(chunk)
        sender = threading.Thread(target=send)
        sender.start()
        received = 0
        while received < reply_bytes:
            got = len(peer.recv(1 << 20))
            if got == 0:
                raise RuntimeError("the server closed the connection")
            received += got
        sender.join()


def one_reply(port, request):
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(request)
        time.sleep(0.2)
        return len(peer.recv(1 << 16))


def fill(server, names):
    """Creates counters with names of 20 bytes."""
    if server.name.startswith("redis"):
        form, size = b"INCR %020d\r\n", len(b":1\r\n")
    else:
        form = b"GET /inc?name=%020d HTTP/1.1\r\nHost: x\r\n\r\n"
        size = one_reply(server.port, form % 0)
    first = 0 if server.name.startswith("redis") else 1
    chunks = (b"".join(form % i for i in range(begin, min(begin + 1000, names)))
              for begin in range(first, names, 1000))
    exchange(server.port, chunks, (names - first) * size)


def bytes_per_counter(server, names, say):
    before = server.rss_bytes()
    say(f"{server.name}: creating {names:,} counters")
    fill(server, names)
    return (server.rss_bytes() - before) / names


def bytes_per_idle_connection(server, connections, say):
    """Each has had one request answered."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = min(connections, hard - 200)
    say(f"{server.name}: holding {connections:,} connections")
    request = f"GET {server.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    one_reply(server.port, request)
    before = server.rss_bytes()
    held = []
    try:
        for _ in range(connections):
            peer = socket.create_connection(("127.0.0.1", server.port))
            peer.sendall(request)
            if not peer.recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a connection was not served")
            held.append(peer)
        return (server.rss_bytes() - before) / connections
    finally:
        for peer in held:
            peer.close()
