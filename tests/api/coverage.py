"""Which of the described answers were given."""

from witness import GIF, JSON, SVG

BADGE_READS = {f"{method} /badge/{{name}}.{kind}" for method in ("get", "head")
               for kind in ("svg", "json")}

# What cannot be provoked from outside: the operations, or None for all of them; the status, the
# variant or both; the reason.
EXCEPTIONS = [
    (None, "overloaded", "more operations must wait than a shard takes, or its disk must stall"),
    ({"post /v1/batch"}, "result idempotency-mismatch",
     "a program that bound no key must have remembered the operation"),
    (None, "draining", "a request must arrive in the instant between the last pass and the end"),
    (None, "unavailable", "a database must be away, as tests/engine/away_test.cpp has it"),
    ({"get /v1/counters", "get /v1/top", "get /v1/prefixes"}, "outcome-unknown", "a list is of what is kept, and waits for no commit"),
    ({"get /get", "head /get", "post /get", "get /v1/counters/{name}", "head /v1/counters/{name}",
      "get /v1/counters", "head /v1/counters", "get /v1/top", "head /v1/top", "get /v1/prefixes",
      "head /v1/prefixes", *BADGE_READS},
     "507", "a table must be closed that no descriptor is left for"),
    *[(None, "503 " + media, "more operations must wait than a shard takes, or its disk must stall")
      for media in (SVG, JSON, GIF)],
]


class Coverage:
    """Counts answers by operation, status and variant (see Description.variants)."""

    def __init__(self, description):
        self.times = {}
        self.exceptions = list(EXCEPTIONS)
        for method, path in description.operations():
            for status, response in description.responses(method, path).items():
                for variant in description.variants(response, method == "head"):
                    self.times[f"{method} {path}", status, variant] = 0
        for name in ("MethodNotAllowed", "TextMethodNotAllowed", "NoSuchRoute", "TextNoSuchRoute"):
            status = "405" if "Method" in name else "404"
            for variant in description.variants(description.component(name)):
                self.times[name, status, variant] = 0

    def count(self, operation, status, variant):
        """False when it is not described."""
        key = operation, str(status), variant
        if key not in self.times:
            return False
        self.times[key] += 1
        return True

    def excuse(self, what, why, operations=None):
        """It cannot be provoked on this machine; None is all operations."""
        self.exceptions.append((operations, what, why))

    def exception(self, key):
        operation, status, variant = key
        for excepted, what, why in self.exceptions:
            is_meant = excepted is None or operation in excepted
            if is_meant and what in (status, variant, variant.removeprefix("result "),
                                     f"{status} {variant}"):
                return why
        return None

    def faults(self):
        return [" ".join(filter(None, key)) + " was not provoked"
                for key, times in self.times.items() if not times and not self.exception(key)]

    def print(self):
        """A line for each operation: how many of the ways to give each status were seen."""
        print("\nWhat was provoked: ways seen/described, for each status")
        rows = {}
        for (operation, status, _), times in self.times.items():
            seen = rows.setdefault(operation, {}).setdefault(status, [0, 0])
            seen[0] += times > 0
            seen[1] += 1
        width = max(map(len, rows))
        for operation, statuses in rows.items():
            cells = [f"{status} {seen}/{all}" for status, (seen, all) in sorted(statuses.items())]
            print(f"  {operation:{width}}  " + "  ".join(cells))
        print("Excepted:")
        for excepted, what, why in self.exceptions:
            keys = [key for key, times in self.times.items()
                    if not times and self.exception(key) == why]
            if keys:
                print(f"  {what}, in {len({key[0] for key in keys})} operations: {why}")
