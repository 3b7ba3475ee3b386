"""Many counters in memory, and many connections: what they take, and what they cost."""

import socket

from . import loads, processes, servers

MANY = 10 ** 7
CONNECTIONS = 10_000
GROWTH = (0, 3, 5, 7)
GROWN = "wrk -c64, random names of all counters"


def bytes_per_counter(suite, server):
    before = server.rss_bytes()
    suite.say(f"{server.name}: creating {MANY:,} counters")
    loads.fill(server, MANY)
    return (server.rss_bytes() - before) / MANY


def measure_growth(suite):
    """The same load on servers with few and many counters."""
    pairs = []
    for exponent in GROWTH:
        server = suite.start(servers.counterd(f"counterd, 10^{exponent} counters",
                                              "--max-counters", 2 * MANY))
        loads.fill(server, 10 ** exponent)
        pairs.append((loads.random_names(10 ** exponent), server))
    suite.compare(pairs, GROWN)


def one_response(port, request):
    with socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.sendall(request)
        return peer.recv(1 << 16)


def bytes_per_idle_connection(suite, server, connections):
    """Each has had one response."""
    connections = min(connections, processes.raise_file_limit() - 200)
    suite.say(f"{server.name}: holding {connections:,} connections")
    request = f"GET {server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    one_response(server.port, request)
    before = server.rss_bytes()
    held = []
    try:
        for _ in range(connections):
            peer = socket.create_connection(("127.0.0.1", server.port), 10)
            held.append(peer)
            peer.sendall(request)
            if not peer.recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a connection was not served")
        return (server.rss_bytes() - before) / connections
    finally:
        for peer in held:
            peer.close()


def measure(suite):
    for server in (servers.counterd("counterd", "--max-counters", 2 * MANY), servers.redis()):
        suite.start(server)
        suite.facts[f"{server.name} bytes per counter"] = bytes_per_counter(suite, server)
        suite.stop(server)
    for server in (servers.counterd("counterd", "--max-connections", 2 * CONNECTIONS),
                   servers.nginx(servers.CORES)):
        suite.start(server)
        suite.facts[f"{server.name} bytes per idle connection"] = \
            bytes_per_idle_connection(suite, server, CONNECTIONS)
        suite.stop(server)
