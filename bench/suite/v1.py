"""The resource API: each kind of request beside a Go server with the same answers, and beside
what a client of Redis would send for it, directly and through Webdis."""

import json

from . import loads, redis_scripts, same_answers, servers
from .requests import fresh, http, redis

COUNTER, EXPIRING = "hits", "timed-hits"
TARGET = f"/v1/counters/{COUNTER}"
TTL = 3600
NAMES = 1000
NAME, EXPIRING_NAME = "name%016d", "timed%015d"


def batch(name, **parameters):
    operations = [{"op": "add", "name": name % i, "delta": 1, **parameters} for i in range(NAMES)]
    return http("/v1/batch", json.dumps({"ops": operations}, separators=(",", ":")))


GET = http(TARGET)
ADD = '{"delta":1}'
POST = http(TARGET, ADD)
POST_WITH_TTL = http(f"/v1/counters/{EXPIRING}", f'{{"delta":1,"ttl":{TTL}}}')
BATCH = batch(NAME)
BATCH_WITH_TTL = batch(EXPIRING_NAME, ttl=TTL)
LIST = http(f"/v1/counters?limit={NAMES}")


def keyed(_server=None):
    return http(TARGET, ADD, [f"Idempotency-Key: {fresh('order')}"])


def loads_by_kind(redis_server):
    """{kind: (connections, {row: (system, request, how many of it count as one)})}"""
    with_ttl, once, listing = (redis_scripts.load(redis_server, script) for script in (
        redis_scripts.ADD_WITH_TTL, redis_scripts.ADD_ONCE, redis_scripts.LIST))

    def add_once(_server):
        return redis("EVALSHA", once, 2, COUNTER, fresh("order"), 1, TTL)

    def add_once_by_http(_server):
        return http(f"/EVALSHA/{once}/2/{COUNTER}/{fresh('order')}/1/{TTL}")

    return {
        "/inc": (64, {
            "counterd": ("counterd", http(f"/inc?name={COUNTER}"), 1)}),
        "GET": (64, {
            "counterd": ("counterd", GET, 1),
            "go": ("go", GET, 1),
            "redis, GET": ("redis", redis("GET", COUNTER), 1),
            "webdis, GET": ("webdis", http(f"/GET/{COUNTER}"), 1)}),
        "POST JSON": (64, {
            "counterd": ("counterd", POST, 1),
            "counterd, with a ttl": ("counterd", POST_WITH_TTL, 1),
            "go": ("go", POST, 1),
            "redis, INCRBY": ("redis", redis("INCRBY", COUNTER, 1), 1),
            "redis, INCRBY and EXPIRE in a script":
                ("redis", redis("EVALSHA", with_ttl, 1, EXPIRING, 1, TTL), 1),
            "webdis, INCRBY": ("webdis", http(f"/INCRBY/{COUNTER}/1"), 1)}),
        "POST JSON with key": (64, {
            "counterd": ("counterd", keyed, 1),
            "go": ("go", keyed, 1),
            "redis, exactly once in a script": ("redis", add_once, 1),
            "webdis, exactly once in a script": ("webdis", add_once_by_http, 1)}),
        f"batch of {NAMES}": (8, {
            "counterd": ("counterd", BATCH, 1),
            "counterd, with a ttl": ("counterd", BATCH_WITH_TTL, 1),
            "go": ("go", BATCH, 1),
            "redis, pipelined INCRBY": ("redis", redis("INCRBY", NAME, 1), NAMES),
            "redis, pipelined INCRBY and EXPIRE":
                ("redis", redis("EVALSHA", with_ttl, 1, EXPIRING_NAME, 1, TTL), NAMES)}),
        f"list of {NAMES}": (8, {
            "counterd": ("counterd", LIST, 1),
            "go": ("go", LIST, 1),
            "redis, ZRANGEBYLEX and MGET in a script":
                ("redis", redis("EVALSHA", listing, 1, "names"), 1)}),
    }


def check(counterd, go, redis_server):
    """The same answers: to requests that create, change and read, and to a repeated key."""
    once = keyed()
    same_answers.require(counterd, go, [POST, POST, GET, once, once, BATCH, BATCH, LIST])
    names = [NAME % i for i in range(NAMES)]
    redis_scripts.call(redis_server, "ZADD", "names", *(word for name in names
                                                        for word in (0, name)))
    redis_scripts.call(redis_server, "MSET", COUNTER, 3, *(word for name in names
                                                           for word in (name, 2)))
    page = json.loads(redis_scripts.call(redis_server, "EVAL", redis_scripts.LIST, 1, "names"))
    if page["counters"][-1] != {"name": names[-1], "value": 2}:
        raise RuntimeError(f"redis lists {page}")


def start_go(suite, threads, redis_server):
    """A Go server whose answers have been found to be those of a fresh counterd."""
    go, counterd = suite.start(servers.go("v1", threads)), suite.start(servers.counterd())
    check(counterd, go, redis_server)
    suite.stop(counterd)
    return go


def measure(suite):
    redis_server = suite.start(servers.redis())
    started = {
        # A full run sends so many new keys.
        "counterd": [suite.start(servers.counterd("counterd", "--idempotency-max", 10_000_000))],
        "redis": [redis_server],
        "go": [start_go(suite, threads, redis_server)
               for threads in ((1,) if suite.quick else (1, servers.CORES))],
        "webdis": [suite.start(servers.webdis(redis_server.port))],
    }
    counterd = started["counterd"][0]
    for request in (POST, BATCH):
        loads.send_all(counterd, request, 1)
    for kind, (connections, rows) in loads_by_kind(redis_server).items():
        pairs = []
        for row, (system, request, operations) in rows.items():
            load = loads.Load(f"v1, {kind}",
                              loads.pipelined(request, connections, operations, NAMES),
                              loads.parse_pipelined, None if row == system else row, operations)
            pairs += [(load, server) for server in started[system]]
        suite.compare(pairs)
