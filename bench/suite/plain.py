"""/inc in plain text, beside the servers that counterd replaces."""

import time

from . import loads, servers


def peers_a_core(quick):
    """A worker for each processor: counterd, then its peers and the servers of tutorials."""
    cores = servers.CORES
    yield from (servers.counterd_a_loop_a_core(), servers.nginx(cores), servers.h2o(cores),
                servers.go("mutex", cores))
    if not quick:
        yield from (servers.floor(cores), servers.go("mutex", cores, True),
                    servers.go("channel", cores), servers.go("channel", cores, True))


def measure(suite):
    quick = suite.quick
    # Each has one loop, thread or worker.
    counterd, floor, nginx, h2o, mutex = one_loop = [suite.start(server) for server in (
        servers.counterd(), servers.floor(), servers.nginx(), servers.h2o(),
        servers.go("mutex"))]
    in_place, redis = suite.start(servers.in_place()), suite.start(servers.redis())
    webdis = suite.start(servers.webdis(redis.port))
    many = [suite.start(server) for server in peers_a_core(quick)]
    crowded = many[0]
    if not quick:
        many.append(suite.start(servers.webdis(redis.port, servers.CORES)))
    shards = [] if quick else [suite.start(servers.counterd("counterd, 4 shards", "--shards", 4))]

    suite.compare([(loads.WRK[64], server)
                   for server in (*one_loop, in_place, webdis, *shards, *many)])
    for connections in (8, 1) if quick else (8, 1, 256):
        compared = (counterd, floor, nginx) if quick else (*one_loop, in_place, crowded)
        suite.compare([(loads.WRK[connections], server) for server in compared])
    redis_deep = loads.RedisBenchmark("redis -P 32", 32, 700_000)
    suite.compare([(loads.PIPELINED, server) for server in one_loop] + [(redis_deep, redis)])
    closing = suite.start(servers.floor(1, "close"))
    suite.compare([(loads.AB, server) for server in (counterd, closing, nginx, h2o, mutex)])
    if not quick:
        suite.compare([(loads.WRK_PIPELINED, counterd)])  # to check the generator against
        suite.compare([(loads.AB_KEEP_ALIVE, server) for server in (counterd, nginx, h2o, mutex)])
        suite.compare([(loads.random_names(100_000), server)
                       for server in (counterd, *shards, mutex)])
        suite.compare([(loads.RedisBenchmark("redis-benchmark -c64", 1, 60_000), redis)])
    suite.stop_all()
    crash_the_racing_map(suite)


def crash_the_racing_map(suite):
    """The map that handlers share must be seen to crash."""
    server = suite.start(servers.go("racing", servers.CORES))
    for attempt in range(1, 21):
        suite.say(f"ab against the racing map, attempt {attempt}")
        loads.call(["ab", "-q", "-n", 20000, "-c", 200, server.url], 120)
        time.sleep(0.2)
        if not server.is_running():
            suite.facts["go racing map"] = f"crashed in ab run {attempt}"
            break
    else:
        suite.facts["go racing map"] = "did not crash in 20 ab runs"
    suite.stop(server)
