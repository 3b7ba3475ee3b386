"""Checks /metrics and docs/monitoring with promtool and a real Prometheus: check.py PROGRAM.

Starts counterd with a data directory, sends it requests of each kind, has Prometheus scrape it for a few
seconds, and evaluates every expression of the dashboard and the alerts there. Prints each failed check and
exits with 1 if there is one.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

MONITORING = pathlib.Path("docs/monitoring")
# Every process without anything to refuse, merge or compact leaves these without a value.
MAY_BE_EMPTY = (" > 0", "sum by (at)")
PATIENCE = 60  # seconds, for what takes one or two
SERIES_MAX = 400
BYTES_MAX = 64 * 1024
SECONDS_MAX = 0.001

failures = []
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        failures.append(what)
        print("FAILED:", what)


def fetch(address, path, body=None, headers=None):
    """Returns the status and the body, as text."""
    request = urllib.request.Request(f"http://{address}{path}", data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"{what}: not within {PATIENCE} s")


def promtool(*arguments, text=None):
    """Returns the output of promtool; empty if it succeeds without a remark."""
    result = subprocess.run(["promtool", *map(str, arguments)], input=text, text=True, timeout=60,
                            capture_output=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def send_requests(address):
    for i in range(50):
        fetch(address, f"/inc?name=x{i % 7}")
    fetch(address, "/get?name=x1")
    fetch(address, "/get?name=missing")
    fetch(address, "/set?name=x1&val=5")
    fetch(address, "/v1/counters?limit=3")
    fetch(address, "/v1/counters/x1?bad=1")
    fetch(address, "/nowhere")
    batch = {"operations": [{"op": "add", "name": f"b{i}"} for i in range(100)]}
    fetch(address, "/v1/batch", json.dumps(batch).encode(), {"Content-Type": "application/json"})
    fetch(address, "/v1/admin/backup?name=b", b"")


def series_in(text):
    """Returns the names of the series with their sets of label names."""
    series = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels = re.match(r"([a-z_:]+)(?:\{(.*)\})? ", line).groups()
        series.setdefault(name, set()).update(re.findall(r'(\w+)="', labels or ""))
    return series


def expressions():
    """Yields a description and the expression of each panel, annotation and alert."""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"panel '{panel['title']}'", target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield f"annotation '{annotation['name']}'", annotation["expr"]
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield f"rule '{rule.get('alert', rule.get('record'))}'", rule["expr"]


def concrete(expression):
    """Fills in what Grafana would."""
    return (expression.replace("$__rate_interval", "4s").replace("$instance", ".*")
            .replace("[5m]", "[4s]").replace("[30m]", "[4s]").replace("[1h]", "[4s]"))


def check_names(series):
    for where, expression in expressions():
        for name in re.findall(r"\b(?:counterd|process)_\w+", expression):
            check(name in series, f"{where}: there is no {name}")
        for name, matchers in re.findall(r"\b((?:counterd|process)_\w+)\{([^}]*)\}", expression):
            for label in re.findall(r"(\w+)\s*=", matchers):
                check(label == "instance" or label in series.get(name, ()),
                      f"{where}: {name} has no label {label}")


def check_export(address):
    begin = time.monotonic()
    status, text = fetch(address, "/metrics")
    first = time.monotonic() - begin
    check(status == 200, "/metrics")
    remarks = promtool("check", "metrics", text=text)
    check(remarks == "", f"promtool check metrics:\n{remarks}")
    check(len(text) < BYTES_MAX, f"/metrics has {len(text)} bytes")
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    check(len(samples) < SERIES_MAX, f"/metrics has {len(samples)} series")
    # What peers send adds no series.
    for i in range(20):
        fetch(address, f"/v1/counters/some%2Fname{i}")
    names = {line.rsplit(" ", 1)[0] for line in samples}
    later = {line.rsplit(" ", 1)[0] for line in fetch(address, "/metrics")[1].splitlines()
             if not line.startswith("#")}
    check(names == later, f"series that came later: {sorted(names ^ later)}")
    stats = json.loads(fetch(address, "/v1/stats")[1])
    in_text = set(re.findall(r"# TYPE (\S+)", text))
    check({family["name"] for family in stats["metrics"]} == in_text, "/v1/stats has other names")
    print(f"/metrics: {len(samples)} series, {len(text)} bytes, {1000 * first:.1f} ms for curl")
    return series_in(text)


def evaluate(prometheus, expression):
    """Returns what Prometheus answers to a query: its status and the number of results."""
    query = urllib.parse.urlencode({"query": concrete(expression)})
    status, text = fetch(prometheus, f"/api/v1/query?{query}")
    answer = json.loads(text)
    if status != 200 or answer["status"] != "success":
        return f"{answer.get('error')}", 0
    return "", len(answer["data"]["result"])


def check_with_prometheus(folder, operators, clients):
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    config["rule_files"] = [str((MONITORING / "alerts.yml").resolve())]
    config["global"] = {"evaluation_interval": "1s"}
    scrape = config["scrape_configs"][0]
    scrape["scrape_interval"] = scrape["scrape_timeout"] = "1s"
    scrape["static_configs"][0]["targets"] = [operators]
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    check(promtool("check", "config", path) == "", "promtool check config")
    port = 19190
    prometheus = f"127.0.0.1:{port}"
    server = subprocess.Popen(
        ["prometheus", f"--config.file={path}", f"--web.listen-address={prometheus}",
         f"--storage.tsdb.path={folder / 'tsdb'}"],
        stdout=subprocess.DEVNULL, stderr=(folder / "prometheus.log").open("w"))
    try:
        wait_for(lambda: fetch(prometheus, "/-/ready")[0] == 200, "Prometheus is ready")
        wait_for(lambda: evaluate(prometheus, 'up{job="counterd"} == 1')[1] == 1,
                 "Prometheus has scraped counterd")
        for _ in range(6):
            send_requests(clients)
            time.sleep(1)
        for where, expression in expressions():
            error, results = evaluate(prometheus, expression)
            check(error == "", f"{where}: {error}")
            is_rule = where.startswith("rule") or where.startswith("annotation")
            if not is_rule and not any(part in expression for part in MAY_BE_EMPTY):
                check(results > 0, f"{where}: no result: {expression}")
        error, rules = fetch(prometheus, "/api/v1/rules")
        for group in json.loads(rules)["data"]["groups"]:
            for rule in group["rules"]:
                check(rule["health"] == "ok", f"rule {rule['name']}: {rule.get('lastError')}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def start(program, folder):
    """Starts counterd; returns it with the addresses for clients and for operators."""
    server = subprocess.Popen(
        [program, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data",
         str(folder / "data"), "--threads", "2", "--shards", "4"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    addresses = [server.stdout.readline().strip().rsplit("/", 1)[1] for _ in range(2)]
    return server, addresses[0], addresses[1]


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server, clients, operators = start(program, folder)
        try:
            send_requests(clients)
            series = check_export(clients)
            check_names(series)
            remarks = promtool("check", "rules", MONITORING / "alerts.yml")
            check(remarks == "", f"promtool check rules:\n{remarks}")
            remarks = promtool("test", "rules", MONITORING / "alerts_test.yml")
            check(remarks == "", f"promtool test rules:\n{remarks}")
            check_with_prometheus(folder, operators, clients)
        finally:
            server.send_signal(signal.SIGTERM)
            check(server.wait(30) == 0, "counterd's exit code")
    print(f"{checks - len(failures)} of {checks} checks hold")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).resolve().parents[2])
    main()
