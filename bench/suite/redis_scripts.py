"""What counterd does in one request, as scripts for Redis."""

import socket

from . import requests

#: KEYS: a counter. ARGV: what to add, seconds until it expires.
ADD_WITH_TTL = """local value = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2], 'NX')
return value"""

#: KEYS: a counter, an idempotency key. ARGV: what to add, seconds to remember the key.
ADD_ONCE = """local done = redis.call('GET', KEYS[2])
if done then return tonumber(done) end
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], value, 'EX', ARGV[2])
return value"""

#: KEYS: a sorted set of all names. Returns JSON.
LIST = """local names = redis.call('ZRANGEBYLEX', KEYS[1], '-', '+', 'LIMIT', 0, 1000)
local values = redis.call('MGET', unpack(names))
local counters = {}
for i, name in ipairs(names) do
  counters[i] = {name = name, value = tonumber(values[i])}
end
return cjson.encode({counters = counters})"""


def call(server, *words):
    """The text of the response to a command; an error is raised."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as peer, \
            peer.makefile("rb") as response:
        peer.sendall(requests.redis(*words).encode())
        line = response.readline().rstrip().decode()
        if line.startswith("-"):
            raise RuntimeError(f"redis answered {words[0]} with {line}")
        return response.read(int(line[1:])).decode() if line.startswith("$") else line[1:]


def load(server, script):
    """Its digest, for EVALSHA."""
    return call(server, "SCRIPT", "LOAD", script)
