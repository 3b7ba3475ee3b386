"""Tables in Markdown."""


def markdown(header, rows):
    """A column whose title begins with # has numbers."""
    rules = ["--:" if cell.startswith("#") else "---" for cell in header]
    lines = [[cell.lstrip("#") for cell in header], rules, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value, digits=1):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 10_000 else f"{value:,.{digits}f}"


def ratio(row, base, figure):
    return f"{row[figure] / base[figure]:.2f}" if base and base.get(figure) and row[figure] else ""


def of_loads(loads):
    """A row for each load and server. CPU comes first: it is the server's own, while requests/s
    may be the load generator's."""
    rows = []
    for load, servers in loads.items():
        base = servers.get("counterd")
        for server, row in servers.items():
            rate = row["requests_per_second"]
            rows.append([load, server, number(row["cpu_us"], 2), ratio(row, base, "cpu_us"),
                         number(rate, 0), ratio(row, base, "requests_per_second"),
                         number(row["p50_us"], 0), number(row["p99_us"], 0),
                         str(row["failures"])])
    return markdown(["load", "server", "#CPU µs/request", "#/ counterd", "#requests/s",
                     "#/ counterd", "#p50 µs", "#p99 µs", "#failed"], rows)


def of_written_bytes(loads):
    """What durable servers write for a request; "" if there are none."""
    rows = []
    for load, servers in loads.items():
        base = servers.get("counterd")
        rows += [[load, server, number(row["written_bytes"]), ratio(row, base, "written_bytes")]
                 for server, row in servers.items() if row.get("written_bytes")]
    return markdown(["load", "server", "#bytes written/request", "#/ counterd"], rows) \
        if rows else ""


def of_database_cpu(loads):
    """What it costs the database to serve a request; "" if there is none."""
    rows = []
    for load, servers in loads.items():
        base = servers.get("counterd")
        rows += [[load, server, number(row["database_cpu_us"], 2), ratio(row, base, "database_cpu_us")]
                 for server, row in servers.items() if row.get("database_cpu_us")]
    return markdown(["load", "server", "#CPU µs of the database/request", "#/ counterd"], rows) \
        if rows else ""


def of_facts(facts):
    def shown(value):
        return f"{value:,.2f}" if isinstance(value, float) else \
            f"{value:,}" if isinstance(value, int) else value
    return "\n".join(f"- {fact}: {shown(value)}" for fact, value in facts.items())
