"""Counters in a PostgreSQL database that two servers share, beside pgbench with a statement of its
own for each increment; with a synchronous standby and without."""

from . import durable, loads, processes, servers, v1
from .postgres import Pgbench, Postgres, output_of
from .requests import fresh, http

NAMES = 100_000
#: As many connections as pgbench has.
CONNECTIONS, DEPTH = 64, 16
MANY = CONNECTIONS * DEPTH
IN_FLIGHT = f"{MANY} in flight"
NEW, RANDOM, HOT = (f"/v1/counters/{name}" for name in ("%020u", "%020d", "hits"))
FEWER, SHALLOW, TWO, KEYED, PRIMARY = (f"counterd, {what}" for what in (
    f"{CONNECTIONS} in flight", f"{MANY} connections", "two front-ends", "each with a key",
    "--engine-reads primary"))
PGBENCH, ONE_OF_PGBENCH = f"pgbench -c{CONNECTIONS}", "pgbench -c1"

TABLE = f"""
CREATE TABLE counters (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters SELECT lpad(i::text, 20, '0'), 0 FROM generate_series(0, {NAMES - 1}) AS i;
INSERT INTO counters VALUES ('hits', 0);
"""
UPDATE = "UPDATE counters SET value = value + 1 WHERE name = {} RETURNING value;\n"
UPDATE_RANDOM = f"\\set i random(0, {NAMES - 1})\n" + UPDATE.format("lpad(:i::text, 20, '0')")
UPDATE_HOT = UPDATE.format("'hits'")


def name_of_load(what, has_standby):
    return f"engine, {what}" + (", with a standby" if has_standby else "")


def random_names(has_standby):
    return name_of_load(f"{IN_FLIGHT}, {NAMES:,} names", has_standby)


def one_counter(has_standby):
    return name_of_load(f"{IN_FLIGHT}, one counter", has_standby)


def one_client(has_standby):
    return name_of_load("-c1", has_standby)


def reads(has_standby):
    return name_of_load(f"GET, -c{CONNECTIONS}", has_standby)


def load(name, request, row=None, connections=CONNECTIONS, depth=DEPTH):
    return loads.Load(name, loads.pipelined(request, connections, depth, NAMES),
                      loads.parse_pipelined, row)


def keyed(_server):
    return http(RANDOM, v1.ADD, [f"Idempotency-Key: {fresh('order')}"])


def start_database(suite, name, folder, has_standby):
    database = suite.start(Postgres(name, folder / name))
    if has_standby:
        standby = f"{name}-standby"
        database.wait_for(suite.start(Postgres(standby, folder / standby, database)))
    return database


def start_peer(suite, folder, has_standby):
    """A database of the same settings: counterd's upkeep is not pgbench's."""
    peer = start_database(suite, "peer", folder, has_standby)
    peer.query(TABLE)
    peer.query("VACUUM ANALYZE counters")
    return peer


def start_counterd(suite, folder, has_standby):
    """(a database, two front-ends with all its counters, one that asks less of it for a read)"""
    database = start_database(suite, "database", folder, has_standby)
    database.query(output_of([servers.RELEASE / "counterd", "engine-schema"]))
    one, other = (suite.start(servers.engine_counterd(database)) for _ in range(2))
    primary = suite.start(servers.engine_counterd(database, "--engine-reads", "primary",
                                                  name=PRIMARY))
    suite.say(f"creating {NAMES:,} counters")
    # Not more at a time than a shard keeps while its database is slow.
    loads.send_all(one, http(NEW, v1.ADD), NAMES, CONNECTIONS, DEPTH)
    database.query("VACUUM ANALYZE counterd.counters")
    return database, one, other, primary


def require_total(database, counterds):
    """As durable.require_total(): of what was acknowledged since the counters were made."""
    counted = int(database.query("SELECT sum(value) FROM counterd.counters")) - NAMES
    answered = sum(server.answered for server in counterds)
    if not any(server.failed for server in counterds) and counted != answered:
        raise RuntimeError(f"{answered:,} increments were acknowledged, and the counters add up to "
                           f"{counted:,}")


def compare(suite, folder, has_standby):
    peer = start_peer(suite, folder, has_standby)
    database, one, other, primary = start_counterd(suite, folder, has_standby)
    both = servers.Several(TWO, [one, other])
    add, add_hot = http(RANDOM, v1.ADD), http(HOT, v1.ADD)
    name = random_names(has_standby)
    suite.compare([(load(name, add), one),
                   (load(name, add, FEWER, depth=1), one),
                   (load(name, add, SHALLOW, MANY, 1), one),
                   (load(name, add), both),
                   (load(name, keyed, KEYED), one),
                   (Pgbench(name, CONNECTIONS, UPDATE_RANDOM), peer)])
    name = one_counter(has_standby)
    suite.compare([(load(name, add_hot), one),
                   (load(name, add_hot), both),
                   (Pgbench(name, CONNECTIONS, UPDATE_HOT), peer)])
    name = one_client(has_standby)
    suite.compare([(load(name, add, connections=1, depth=1), one),
                   (Pgbench(name, 1, UPDATE_RANDOM), peer)])
    require_total(database, (one, both))
    name = reads(has_standby)
    suite.compare([(load(name, http(RANDOM), depth=1), server) for server in (one, primary)])
    suite.facts["PostgreSQL"] = database.query("SHOW server_version")


def measure(suite):
    processes.raise_file_limit()
    for has_standby in (False, True):
        with durable.folder_on_disk() as folder:
            try:
                compare(suite, folder, has_standby)
            finally:
                suite.stop_all()
