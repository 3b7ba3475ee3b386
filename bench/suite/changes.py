"""What is worse than in the last publication."""

import statistics

from . import table, verdicts

#: Medians of one load move by so much from run to run, and p99 by more.
NOISE = {"cpu_us": 1.10, "requests_per_second": 1.10, "p50_us": 1.10, "p99_us": 1.3,
         "written_bytes": 1.10}
WORDS = {"cpu_us": "CPU µs/request", "requests_per_second": "requests/s", "p50_us": "p50 µs",
         "p99_us": "p99 µs", "written_bytes": "bytes written/request"}
#: Facts of which less is better: on one machine, by the end of their names, and anywhere.
LESS_IS_BETTER = (", ns", ", s", ", ms")
LESS_IS_BETTER_ANYWHERE = ("instructions", "counterd bytes", "bytes on disk")


def is_worse(now, before, noise, more_is_better):
    return now * noise < before if more_is_better else now > before * noise


def pairs(now, before):
    """(load, server, row, row of then) of what both measured."""
    for load, servers in now["loads"].items():
        for server, row in servers.items():
            then = before["loads"].get(load, {}).get(server)
            if then:
                yield load, server, row, then


def worse_rows(now, before):
    for load, server, row, then in pairs(now, before):
        for figure, noise in NOISE.items():
            if server.startswith("counterd") and row.get(figure) and then.get(figure) and \
                    is_worse(row[figure], then[figure], noise, figure == "requests_per_second"):
                yield f"{load}, {server}, {WORDS[figure]}", then[figure], row[figure]


def worse_verdicts(now, before):
    old = {verdict.what: value for verdict, value in
           verdicts.of(before["loads"], before["facts"])}
    for verdict, value in verdicts.of(now["loads"], now["facts"]):
        then = old[verdict.what]
        if value and then and is_worse(value, then, 1.10, verdict.more_is_better):
            yield verdict.what, then, value


def worse_facts(now, before, same_machine):
    for fact, value in now["facts"].items():
        then = before["facts"].get(fact)
        noise = 1.02 if fact.startswith("instructions,") else 1.10
        less_is_better = fact.startswith(LESS_IS_BETTER_ANYWHERE) or \
            same_machine and fact.endswith(LESS_IS_BETTER)
        if less_is_better and then and is_worse(value, then, noise, False):
            yield fact, then, value


def drift(now, before):
    """How much more CPU the peers took for a request than then: the machine, not counterd."""
    ratios = [row["cpu_us"] / then["cpu_us"] for _, server, row, then in pairs(now, before)
              if not server.startswith(("counterd", "in place")) and row["cpu_us"] and
              then["cpu_us"]]
    return statistics.median(ratios) if ratios else None


def text(now, before):
    """`now` and `before` have a date, a machine, loads and facts."""
    same_machine = all(now["machine"][part] == before["machine"][part] for part in ("cpus", "model"))
    lines = [f"Compared with the publication of {before['date']}: what is worse by more than 10 % (p99: "
             "30 %, instructions in memory: 2 %)."]
    if not same_machine:
        lines.append("That was another machine, so only ratios, bytes and instructions are compared.")
    elif peers := drift(now, before):
        lines.append(f"The peers took {peers:.2f} times the CPU of then for a request (median), which "
                     "is not counterd's doing.")
    worse = [*worse_verdicts(now, before), *worse_facts(now, before, same_machine),
             *(worse_rows(now, before) if same_machine else ())]
    rows = {what: [what, table.number(then, 2), table.number(value, 2)]
            for what, then, value in worse}
    listed = table.markdown(["figure", "#then", "#now"], rows.values()) if rows else "Nothing."
    return " ".join(lines) + "\n\n" + listed
