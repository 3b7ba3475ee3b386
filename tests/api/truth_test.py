"""Provokes every described answer of the real server, and holds it against the description."""

import contextlib
import datetime
import traceback
import urllib.parse

import tokens
from coverage import BADGE_READS
from description import read_json
from exchange import Connection, external_address, request
from server import Server
from witness import EVENTS, GIF, JSON, SVG, TEXT, Witness

TEXT_ONLY = [("Accept", "text/plain")]
COUNTER = "/v1/counters/"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
INT_MAX, INT_MIN = 2 ** 63 - 1, -2 ** 63
BADGES = [("/badge/", ".svg", SVG), ("/badge/", ".json", JSON)]
HITS = [("/hit/", ".svg", SVG), ("/hit/", ".json", JSON), ("/hit/", ".gif", GIF)]


def run(program, description, coverage, tally):
    @contextlib.contextmanager
    def witness(*flags):
        with Server(program, *flags) as server:
            with Witness(server, description, coverage, tally) as found:
                yield found

    def attempt(check, w):
        try:
            check(w)
        except Exception:  # what comes after it is still worth knowing
            tally.check(check.__name__, [traceback.format_exc()])
            w.reconnect()

    with witness() as w:
        for check in (page, text_endpoints, badges, looks, reading, heads, adding, replacing, deleting, conditions,
                      expiring, idempotency, following, listing, scanning, batches, backing_up, others,
                      operating, every_method,
                      every_path, refused_early, other_hosts, other_sites, without_rights):
            attempt(check, w)
    with tokens.File(program) as file, witness("--tokens", file.path) as w:
        attempt(lambda w: with_tokens(w, file), w)
    with tokens.File(program) as file:
        owner = file.create("owner", "--scopes", "all")
        with witness("--tokens", file.path, "--public", "open/", "--public-hit", "hits/",
                     "--hit-interval", "1h") as w:
            attempt(lambda w: published(w, owner), w)
            attempt(lambda w: visitors(w, owner), w)
        with witness("--tokens", file.path, "--public-hit", "*", "--hit-interval", "0") as w:
            attempt(lambda w: published_without_interval(w, owner), w)
    with witness("--read-only") as w:
        attempt(read_only, w)
    with witness("--read-only", "--public-hit", "*") as w:
        attempt(read_only, w)
    with witness("--allow-origin", "https://app.example") as w:
        attempt(open_origin, w)
    with witness("--max-counters", "2", "--idempotency-max", "2") as w:
        attempt(full, w)
    with witness("--header-timeout", "200ms", "--body-timeout", "200ms") as w:
        attempt(timeouts, w)
    with witness("--max-connections", "1") as w:
        attempt(too_many_connections, w)
    with witness("--max-streams", "1") as w:
        attempt(too_many_streams, w)


# -- the text endpoints -------------------------------------------------------

def page(w):
    """What a browser is shown."""
    html, gzip = ("Accept", "text/html"), ("Accept-Encoding", "gzip")
    for target, asks in [("/", [html]), ("/ui/app.js", []), ("/ui/style.css", []), ("/ui/icon.svg", []),
                         ("/ui/index.html", [])]:
        for fields in (asks, [*asks, gzip]):
            answer = w.ask("GET", target, 200, fields=fields)
            known = [*fields, ("If-None-Match", answer.field("ETag") if answer else "")]
            for method in ("GET", "HEAD"):
                w.ask(method, target, 304, fields=known)
        w.ask("HEAD", target, 200, fields=asks)
    for method in ("GET", "HEAD"):
        w.ask(method, "/ui/nothing", 404)


def text_endpoints(w):
    w.ask("GET", "/", 200)
    w.ask("HEAD", "/", 200)
    for method in ("GET", "POST"):
        name = "text-" + method
        w.ask(method, f"/get?name={name}", 404)
        w.ask(method, f"/inc?name={name}", 200)
        w.ask(method, f"/set?name={name}&val=-5", 200)
        answer = w.ask(method, f"/get?name={name}", 200)
        w.tally.check("the text endpoints count",
                      [] if answer and answer.body == f"{name}: -5\n".encode() else [answer])
        w.ask(method, f"/set?name={name}&val={INT_MAX}", 200)
        w.ask(method, f"/inc?name={name}", 409)
        w.ask(method, "/get", 400)
        w.ask(method, "/inc?name=", 400)
        w.ask(method, f"/set?name={name}&val=1e3", 400)
        text_options(w, method, name)
    w.ask("HEAD", "/get?name=text-GET", 200)
    w.ask("HEAD", "/get?name=text-GET", 304, fields=[("If-None-Match", "*")])
    w.ask("HEAD", "/get?name=text-GET", 412, fields=[("If-Match", '"1"')])
    w.ask("HEAD", "/get?name=text-none", 404)
    w.ask("HEAD", "/get", 400)


def text_options(w, method, name):
    """Of a counter that exists."""
    w.ask(method, f"/get?name={name}", 304 if method == "GET" else 412,
          fields=[("If-None-Match", "*")])
    w.ask(method, f"/get?name={name}", 412, fields=[("If-Match", '"1"')])
    for target in (f"/inc?name={name}", f"/set?name={name}&val=1"):
        w.ask(method, target, 403, fields=[("Sec-Purpose", "prefetch")])
        w.ask(method, target, 412, fields=[("If-None-Match", "*")])
    key = [("Idempotency-Key", "k")]
    w.ask(method, f"/set?name={name}&val=7", 200, fields=key)
    w.ask(method, f"/set?name={name}&val=7", 200, fields=key)
    w.ask(method, f"/set?name={name}&val=8", 422, fields=key)
    w.ask(method, f"/inc?name={name}", 422, fields=key)
    w.ask(method, f"/inc?name={name}", 200,
          fields=[("Idempotency-Key", "brief"), ("Idempotency-Key-TTL", "60")])
    w.ask(method, f"/inc?name={name}", 400, fields=[("Idempotency-Key-TTL", "60")])


# -- badges and hits ----------------------------------------------------------

def shown(w, method, target, status, variant, message, fields=(), **members):
    """A badge that shows `message`, or a pixel that shows nothing."""
    answer = w.ask(method, target, status, variant, fields)
    if not answer:
        return None
    if variant == JSON:
        found = read_json(answer.body)
        faults = [f"{key} is {found.get(key)!r}" for key, value in
                  {"message": message, "isError": True if status != 200 else None, **members}.items()
                  if found.get(key) != value]
    elif variant == SVG:
        faults = [] if f">{message}</text>".encode() in answer.body else ["it shows something else"]
    else:
        faults = [] if answer.body.startswith(b"GIF89a") else ["it is no picture"]
    w.tally.check(f"{method} {target} shows {message}", faults + [answer] if faults else [])
    return answer


def badges(w):
    """Of a server that publishes none, to a client that has every right."""
    for path, kind, media in BADGES:
        target = path + "badge%2Fa" + kind
        shown(w, "GET", target, 404, media, "not found")
        w.ask("HEAD", target, 404)
        w.ask("PUT", COUNTER + "badge%2Fa?value=-12", 201, JSON)
        answer = shown(w, "GET", target, 200, media, "-12")
        w.tally.check("no cache stores what is not published", [] if answer and answer.field(
            "Cache-Control") == "no-store" else [answer])
        w.ask("HEAD", target, 200)
        # It has no tag, and so no conditions.
        w.ask("GET", target, 200, media, [("If-None-Match", "*")])
        w.ask("DELETE", COUNTER + "badge%2Fa", 204)
    for path, kind, media in HITS:
        for method in ("GET", "POST"):
            name = f"hit-{method}{kind}"
            target = f"{path}{name}{kind}"
            for fields in ([], [("Idempotency-Key", "k")]):  # the second time counts nothing
                shown(w, method, target, 200, media, "1", fields)
            w.ask("GET", COUNTER + name, 200, JSON, members={"value": 1})
            w.ask("DELETE", COUNTER + name, 204)
            shown(w, method, target, 404, media, "not found")
            # Another name: a hit that was counted is remembered beyond a change.
            w.ask("PUT", COUNTER + name + f"-max?value={INT_MAX}", 201, JSON)
            shown(w, method, f"{path}{name}-max{kind}", 409, media, "overflow")
            w.ask(method, target, 403, TEXT, [("Sec-Purpose", "prefetch")])
    for path, kind, _ in BADGES + HITS:
        methods = ("GET", "HEAD") if path == "/badge/" else ("GET", "POST")
        for method in methods:
            for name in ("", "%0a", "n" * 257, "%zz", "%ff"):
                w.ask(method, path + name + kind, 400)
        w.ask("OPTIONS", path + "%zz" + kind, 400)
    for target in ("/badge/a", "/badge/a.gif", "/hit/a", "/hit/a.png", "/badge/a/b.svg"):
        answer = w.connection.ask("GET", target)
        w.hold_component(f"GET {target} -> 404", "TextNoSuchRoute", answer, 404)


def looks(w):
    """What the parameters make of a badge."""
    w.ask("PUT", COUNTER + "look?value=123456", 201, JSON)
    for path, kind, media in BADGES + HITS:
        for query in ("label=" + "x" * 65, "label=%0a", "color=", "color=12", "color=0b68cg",
                      "color=mauve", "style=", "style=plastic", "number=", "number=long",
                      "label=a&label=a", "color=red&color=red", "style=flat&style=flat",
                      "number=short&number=short", "x=%zz"):
            w.ask("GET", f"{path}look{kind}?{query}", 400, TEXT)
            w.ask("HEAD" if path == "/badge/" else "POST", f"{path}look{kind}?{query}", 400)
        w.ask("GET", f"{path}other{kind}?x=1&x=2", 404 if path == "/badge/" else 200, media)
    for query, expected in [
            ("", {"label": "look", "message": "123456", "color": "#0b68cb"}),
            ("label=read+by&number=short", {"label": "read by", "message": "123k"}),
            ("label=&number=exact", {"label": "", "message": "123456"}),
            ("label=%E2%82%AC%3C%26", {"label": "\u20ac<&"}),
            ("label=" + "x" * 64, {"label": "x" * 64}),
            ("color=fA0", {"color": "#ffaa00"}), ("color=%23FFAA01", {"color": "#ffaa01"}),
            *[(f"color={name}&style={style}", {}) for style in ("flat", "flat-square") for name in
              ("brightgreen", "green", "yellowgreen", "yellow", "orange", "red", "blue", "purple",
               "grey", "lightgrey", "black")]]:
        answer = w.ask("GET", "/badge/look.json?" + query, 200, JSON, members=expected)
        picture = w.ask("GET", "/badge/look.svg?" + query, 200, SVG)
        if not answer or not picture:
            continue
        found = read_json(answer.body)
        label = found["label"].replace("&", "&amp;").replace("<", "&lt;")
        wanted = [f">{found['message']}</text>", f'fill="{found["color"]}"', *[f">{label}</text>"] * bool(label),
                  'rx="0"' if "flat-square" in query else 'rx="3"']
        faults = [f"{text} is not there" for text in wanted if text.encode() not in picture.body]
        w.tally.check(f"the picture of {query} shows what its object says",
                      faults + [picture] if faults else [])
    for value, text in [(999, "999"), (1000, "1k"), (1999, "1.9k"), (99999, "99k"), (-1200, "-1.2k"),
                        (999999, "999k"), (10 ** 6, "1M"), (INT_MAX, "9.2E"), (INT_MIN, "-9.2E")]:
        w.ask("PUT", COUNTER + f"look?value={value}", 200, JSON)
        shown(w, "GET", "/badge/look.json?number=short", 200, JSON, text)
        shown(w, "GET", "/badge/look.json", 200, JSON, str(value))
    # A label that is the name is cut between two characters.
    w.ask("PUT", COUNTER + "%E2%82%AC" * 30 + "?value=1", 201, JSON)
    w.ask("GET", "/badge/" + "%E2%82%AC" * 30 + ".json", 200, JSON,
          members={"label": "\u20ac" * 20 + "\u2026"})


EVIL = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]


def published(w, owner):
    """To clients without a right, and to pages of any site."""
    def check(answer, **fields):
        faults = [f"{name} is {answer.field(name)}" for name, value in
                  {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
                   **fields}.items() if answer and answer.field(name) != value]
        w.tally.check("pages of any site may show what is published",
                      faults + [answer] if faults else [])

    token = tokens.bearer(owner)
    for page in ([], EVIL):
        for path, kind, media in BADGES:
            for name in ("open%2Fa", "hits%2Fa", "open%2Fa-2"):
                target = path + name + kind
                check(shown(w, "GET", target, 404, media, "not found", page),
                      **{"Cache-Control": "no-store"})
                w.ask("HEAD", target, 404, fields=page)
                w.ask("PUT", COUNTER + name + "?value=5", 201, JSON, token)
                check(shown(w, "GET", target, 200, media, "5", page),
                      **{"Cache-Control": "max-age=60"})
                check(w.ask("HEAD", target, 200, fields=page), **{"Cache-Control": "max-age=60"})
                check(w.ask("GET", target + "?style=x", 400, TEXT, page))
                w.ask("DELETE", COUNTER + name, 204, fields=token)
        for path, kind, media in HITS:
            for method in ("GET", "POST"):
                name = f"hits%2F{method}{len(page)}{kind}"
                target = path + name + kind
                # A stranger creates none.
                check(shown(w, method, target, 404, media, "not found", page))
                w.ask("GET", COUNTER + name, 404, "not-found", token)
                w.ask("PUT", COUNTER + name + "?value=5", 201, JSON, token)
                for _ in range(2):
                    check(shown(w, method, target, 200, media, "6", page))
                w.ask("GET", COUNTER + name, 200, JSON, token, members={"value": 6})
                # A badge that was counted before shows what the value is now.
                w.ask("PUT", COUNTER + name + "?value=9", 200, JSON, token)
                shown(w, method, target, 200, media, "9", page)
                w.ask("PUT", COUNTER + name + f"max?value={INT_MAX}", 201, JSON, token)
                check(shown(w, method, target.replace(kind, kind + "max", 1), 409, media, "overflow",
                            page))
                w.ask(method, target, 403, TEXT, [*page, ("Sec-Purpose", "prefetch")])
    closed(w, token)


def closed(w, token):
    """What is published is published as a badge only, and nothing else is."""
    for name in ("open%2Fb", "hits%2Fb", "closed", "open"):
        w.ask("PUT", COUNTER + name + "?value=5", 201, JSON, token)
    for target in ("/badge/closed.svg", "/badge/closed.json", "/badge/open.svg", "/get?name=open/b",
                   "/inc?name=hits/b", "/hit/open%2Fb.svg", "/hit/open%2Fb.json", "/hit/open%2Fb.gif",
                   "/hit/closed.gif"):
        w.ask("GET", target, 401, TEXT)
        w.reconnect()  # ten of them end a connection
    for method, target in [("GET", "hits%2Fb"), ("POST", "hits%2Fb"), ("PUT", "hits%2Fb?value=1"),
                           ("DELETE", "hits%2Fb"), ("GET", "open%2Fb/events")]:
        w.ask(method, COUNTER + target, 401, "unauthorized")
        w.reconnect()
    w.ask("GET", "/v1/counters", 401, "unauthorized")
    w.reconnect()
    for path, kind, media in BADGES + HITS:  # a token that is wrong is told so here, too
        w.ask("GET", path + "hits%2Fb" + kind, 401, TEXT, [("Authorization", "Bearer x")])
        w.ask("GET", path + "hits%2Fb" + kind, 200, media, token)
    w.ask("GET", COUNTER + "closed", 200, JSON, token, members={"value": 5})


def visitors(w, owner):
    """Whom the server takes for one."""
    token = tokens.bearer(owner)
    w.ask("PUT", COUNTER + "hits%2Fwho?value=0", 201, JSON, token)
    by = "X-Forwarded-For"
    for source, fields, value in [
            ("127.0.0.1", [], 1), ("127.0.0.1", [], 1), ("127.0.0.2", [], 2), ("127.0.0.1", [], 2),
            # The last is what the proxy beside the server has seen.
            ("127.0.0.1", [(by, "192.0.2.1")], 3), ("127.0.0.2", [(by, "192.0.2.1")], 3),
            ("127.0.0.2", [(by, "198.51.100.9, 192.0.2.1")], 3),
            ("127.0.0.2", [(by, "198.51.100.9"), (by, "192.0.2.1")], 3),
            ("127.0.0.2", [(by, "192.0.2.1, 198.51.100.9")], 4),
            ("127.0.0.1", [(by, "192.0.2.1:4711")], 4),
            ("127.0.0.1", [(by, "2001:db8:1:2::1")], 5), ("127.0.0.1", [(by, "2001:db8:1:2:f::9")], 5),
            ("127.0.0.1", [(by, "[2001:db8:1:2::3]:80")], 5),
            ("127.0.0.1", [(by, "2001:db8:1:3::1")], 6),
            ("127.0.0.1", [(by, "nonsense")], 6)]:
        w.reconnect(source)
        shown(w, "GET", "/hit/hits%2Fwho.json", 200, JSON, str(value), fields)
    w.reconnect()
    # Each counter has visitors of its own, and those who may create one are no strangers.
    w.ask("PUT", COUNTER + "hits%2Fother?value=0", 201, JSON, token)
    shown(w, "GET", "/hit/hits%2Fother.json", 200, JSON, "1")
    shown(w, "GET", "/hit/hits%2Fnew.json", 404, JSON, "not found")
    shown(w, "GET", "/hit/hits%2Fnew.json", 200, JSON, "1", token)
    shown(w, "GET", "/hit/hits%2Fnew.json", 200, JSON, "1", token)


def published_without_interval(w, owner):
    w.ask("PUT", COUNTER + "each?value=0", 201, JSON, tokens.bearer(owner))
    for value in range(1, 4):
        shown(w, "GET", "/hit/each.json", 200, JSON, str(value), EVIL)
    shown(w, "GET", "/badge/each.json", 200, JSON, "3", EVIL)
    w.ask("GET", "/v1/info", 200, JSON)


# -- one counter --------------------------------------------------------------

def reading(w):
    path = COUNTER + "read"
    for method in ("GET", "HEAD"):
        w.ask(method, COUNTER + "none", 404)
        w.ask(method, COUNTER + "none", 404, fields=[("If-None-Match", "*")])
    w.ask("POST", path, 201, JSON)
    answer = w.ask("GET", path, 200, JSON, members={"name": "read", "value": 1, "expires_at": None})
    tag = answer.field("ETag")
    version = read_json(answer.body)["version"]
    w.tally.check("the tag is the version", [] if tag == f'"{version}"' else [answer])
    w.ask("HEAD", path, 200)
    for accept, variant in [("text/plain", TEXT), ("text/plain;q=0.5", TEXT), ("*/*", JSON),
                            ("text/plain, application/json", JSON), ("text/plain, */*", JSON),
                            ("application/json", JSON), ("image/png", JSON)]:
        w.ask("GET", path, 200, variant, [("Accept", accept)])
    for tags in (tag, f'"1", {tag}', "*"):
        for method in ("GET", "HEAD"):
            answer = w.ask(method, path, 304, fields=[("If-None-Match", tags)])
            w.tally.check("304 has the tag",
                          [] if answer and answer.field("ETag") == tag else [answer])
    w.ask("GET", path, 200, JSON, [("If-None-Match", '"1"')])
    w.ask("GET", path, 200, JSON, [("If-Match", tag)])
    w.ask("GET", path, 412, "precondition-failed", [("If-Match", '"1"')],
          members={"value": 1, "version": version})
    w.ask("HEAD", path, 412, fields=[("If-Match", '"1"')])
    # On a read it is ignored.
    w.ask("GET", path, 200, JSON, [("Idempotency-Key", "read")])
    for target, variant in [(COUNTER, "invalid-name"), (path + "?x=1", "invalid-parameter"),
                            (path + "?x=%zz", "bad-request")]:
        w.ask("GET", target, 400, variant)
        w.ask("HEAD", target, 400)
    w.ask("GET", path, 400, "invalid-value", [("If-None-Match", "1018")])


def heads(w):
    for target in ("/", "/get?name=read", "/get?name=none", "/badge/read.svg", "/badge/none.json", COUNTER + "read", COUNTER + "none",
                   COUNTER, "/v1/counters?limit=1", "/v1/info", "/openapi.json"):
        answers = [w.connection.ask(method, target) for method in ("GET", "HEAD")]
        read, head = ([field for field in answer.fields if field[0] != "date"]
                      for answer in answers)
        same = read == head and answers[0].status == answers[1].status
        w.tally.check(f"HEAD {target} has the status and the fields of GET",
                      [] if same else answers)


def adding(w):
    path = COUNTER + "add"
    w.ask("POST", path + "?create=false", 404, "not-found")
    w.ask("POST", path + "?delta=2&initial=10", 201, JSON, members={
        "name": "add", "value": 12, "previous": None, "applied": 2, "created": True,
        "expires_at": None})
    w.ask("POST", path, 200, JSON, members={
        "name": "add", "value": 13, "previous": 12, "applied": 1, "created": False})
    w.ask("POST", path, 200, TEXT, [("Accept", "text/plain")])
    w.ask("POST", path, 200, JSON, FORM, b"delta=-4&create=false", {"value": 10})
    w.ask("POST", path, 200, JSON, body={"delta": 5, "min": 0, "max": 15}, members={"value": 15})
    w.ask("POST", path + "?max=15", 200, JSON, FORM, b"delta=0", {"value": 15, "applied": 0})
    w.ask("POST", path + "?max=15", 409, "limit-reached", members={"value": 15})
    w.ask("POST", path + "?max=20&delta=9&on_limit=clamp", 200, JSON, members={
        "value": 20, "previous": 15, "applied": 5})
    w.ask("POST", path + "?max=20&on_limit=clamp", 200, JSON, members={"value": 20, "applied": 0})
    w.ask("POST", path + f"?delta={INT_MAX}", 409, "overflow", members={"value": 20})
    w.ask("POST", path + f"?delta={INT_MAX}&max={INT_MAX}", 409, "limit-reached")
    w.ask("POST", COUNTER + "add-none?min=1&delta=0", 409, "limit-reached",
          members={"value": None, "version": None})
    w.ask("POST", COUNTER + f"add-none?initial={INT_MIN}&delta=-1", 409, "overflow",
          members={"value": None, "version": None})
    w.ask("POST", COUNTER + "add-text", 201, TEXT, [("Accept", "text/plain")])
    for name in ("a b/\u20ac", "+", "%"):
        quoted = urllib.parse.quote(name, safe="")
        answer = w.ask("POST", COUNTER + quoted, 201, JSON, members={"name": name})
        if answer:
            w.ask("GET", answer.field("Location"), 200, JSON, members={"name": name})
    bad_writes(w, "POST", path, [
        ("delta=1e3", "invalid-value"), ("min=2&max=1", "invalid-parameter"),
        ("delta=1&delta=1", "duplicate-parameter")])


def bad_writes(w, method, path, queries, good="?"):
    """Provokes what POST, PUT and DELETE refuse alike, and these queries. `good` is a valid query.
    Each code once: tests/cases has the other requests that get it."""
    for query, code in queries:
        w.ask(method, f"{path}?{query}", 400, code)
    w.ask(method, COUNTER + good, 400, "invalid-name")
    w.ask(method, path + good + "&more=1", 400, "invalid-parameter")
    w.ask(method, path + good + "&x=%zz", 400, "bad-request")
    w.ask(method, path + good, 400, "malformed-json", [("Content-Type", JSON)], b"{")
    w.ask(method, path + good, 400, "invalid-value", [("If-Match", "1018")])
    w.ask(method, path + good, 400, "invalid-idempotency-key", [("Idempotency-Key", "")])
    bad_ttls(w, method, path + good)
    w.ask(method, path + good, 415, "unsupported-media-type", body=b"a=1")


def bad_ttls(w, method, target, body=b""):
    def fields(*ttls, key=True):
        return [("Idempotency-Key", "k")] * key + [("Idempotency-Key-TTL", ttl) for ttl in ttls]

    for ttl in ("0", "86401", "+5", ""):
        w.ask(method, target, 400, "invalid-value", fields(ttl), body)
    w.ask(method, target, 400, "invalid-parameter", fields("5", key=False), body)
    w.ask(method, target, 400, "duplicate-parameter", fields("5", "5"), body)


def replacing(w):
    path = COUNTER + "put"
    w.ask("PUT", path + "?value=7", 201, JSON, members={
        "name": "put", "value": 7, "previous": None, "created": True, "expires_at": None})
    w.ask("PUT", path, 200, JSON, body={"value": -8}, members={
        "value": -8, "previous": 7, "created": False})
    w.ask("PUT", path, 200, TEXT, FORM + [("Accept", "text/plain")], b"value=0")
    w.ask("PUT", COUNTER + "put-text?value=1", 201, TEXT, [("Accept", "text/plain")])
    bad_writes(w, "PUT", path, [
        ("", "invalid-parameter"), ("value=", "invalid-value"),
        ("value=1&value=1", "duplicate-parameter")], good="?value=1")


def deleting(w):
    path = COUNTER + "delete"
    w.ask("DELETE", path, 404, "not-found")
    w.ask("POST", path, 201, JSON)
    bad_writes(w, "DELETE", path, [
        ("value=1", "invalid-parameter"), ("if_version=x", "invalid-value"),
        ("if_version=1&if_version=1", "duplicate-parameter")])
    w.ask("DELETE", path, 204)
    w.ask("GET", path, 404, "not-found")


def conditions(w):
    path = COUNTER + "if"
    for method, query in [("POST", ""), ("PUT", "?value=3"), ("DELETE", "")]:
        w.ask(method, path + query, 412, "precondition-failed", [("If-Match", "*")],
              members={"value": None, "version": None})
    w.ask("PUT", path + "?value=3", 201, JSON, [("If-None-Match", "*")])
    for method, query in [("POST", ""), ("PUT", "?value=3"), ("DELETE", "")]:
        answer = w.ask("GET", path, 200, JSON)
        tag, version = answer.field("ETag"), read_json(answer.body)["version"]
        now = {"value": 3, "version": version}
        for fields in ([("If-Match", '"1"')], [("If-None-Match", "*")]):
            w.ask(method, path + query, 412, "precondition-failed", fields, members=now)
        if method != "DELETE":
            w.ask(method, path + query, 200, JSON, [("If-Match", f'"1", {tag}')])
            w.ask("PUT", path + "?value=3", 200, JSON, [("If-Match", "*")])
        else:
            w.ask(method, path, 204, fields=[("If-Match", tag)])


def expiring(w):
    path = COUNTER + "ttl"

    def check(answer, seconds):
        expires = datetime.datetime.fromisoformat(
            read_json(answer.body)["expires_at"].replace("Z", "+00:00"))
        left = (expires - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        w.tally.check(f"it expires in {seconds} s",
                      [] if seconds - 5 < left <= seconds + 1 else [f"in {left} s"])
        return read_json(answer.body)

    first = check(w.ask("POST", path + "?ttl=100", 201, JSON), 100)
    w.ask("POST", path + "?ttl=200", 200, JSON, members={"expires_at": first["expires_at"]})
    check(w.ask("POST", path + "?ttl=200&ttl_mode=refresh", 200, JSON), 200)
    w.ask("POST", path + "?max=0&delta=100", 409, "limit-reached",
          members={"expires_at": read_json(w.ask("GET", path, 200, JSON).body)["expires_at"]})
    w.ask("POST", path + "?ttl_mode=persist", 200, JSON, members={"expires_at": None})
    check(w.ask("PUT", path + "?value=1&ttl=300", 200, JSON), 300)
    check(w.ask("GET", path, 200, JSON), 300)
    w.ask("PUT", path + "?value=1", 200, JSON, members={"expires_at": None})


def idempotency(w):
    path = COUNTER + "once"

    def key(text):
        return [("Idempotency-Key", text)]

    def replay(method, target, status, text, first, accept=()):
        again = w.ask(method, target, status, fields=key(text) + list(accept))
        if not first or not again:
            return
        faults = [] if again.field("Idempotency-Replayed") == "true" else ["it is not told"]
        if again.field("Location") != first.field("Location"):
            faults.append("Location differs")
        # Text has a tag of its own.
        tag = first.field("ETag")
        if again.field("ETag") != (tag[:-1] + '-text"' if accept == TEXT_ONLY else tag):
            faults.append("ETag differs")
        if not accept and again.body != first.body:
            faults.append("the body differs")
        if first.field("Idempotency-Replayed"):
            faults.append("the first is told to be replayed")
        w.tally.check(f"{method} with a key is answered again", faults)

    # A refused request is not remembered.
    w.ask("POST", path + "?create=false", 404, "not-found", key("k"))
    created = w.ask("POST", path + "?delta=2", 201, JSON, key("k"))
    replay("POST", path + "?delta=2", 201, "k", created)
    replay("POST", path + "?delta=2", 201, '"k"', created)
    replay("POST", path + "?delta=2", 201, "k", created, TEXT_ONLY)
    replay("POST", path + "?delta=2", 201, "k", created, [("If-Match", '"1"')])
    w.ask("GET", path, 200, JSON, members={"value": 2})
    added = w.ask("POST", path + "?delta=3", 200, JSON, key("k2"))
    replay("POST", path + "?delta=3", 200, "k2", added)
    clamped = w.ask("POST", path + "?max=5&on_limit=clamp", 200, JSON, key("k3"),
                    members={"applied": 0})
    w.ask("POST", path, 200, JSON)
    replay("POST", path + "?max=5&on_limit=clamp", 200, "k3", clamped)
    replaced = w.ask("PUT", path + "?value=0", 200, JSON, key("k4"))
    replay("PUT", path + "?value=0", 200, "k4", replaced)
    created = w.ask("PUT", COUNTER + "once-put?value=0", 201, JSON, key("k"))
    replay("PUT", COUNTER + "once-put?value=0", 201, "k", created)
    deleted = w.ask("DELETE", COUNTER + "once-put", 204, fields=key("k5"))
    replay("DELETE", COUNTER + "once-put", 204, "k5", deleted)
    # The TTL is no parameter of the request.
    brief = w.ask("POST", path + "?delta=3", 200, JSON,
                  key("brief") + [("Idempotency-Key-TTL", "86400")])
    replay("POST", path + "?delta=3", 200, "brief", brief)
    replay("POST", path + "?delta=3", 200, "brief", brief, [("Idempotency-Key-TTL", "1")])
    w.ask("PUT", path + "?value=0", 200, JSON)
    w.ask("POST", path + "?delta=4", 422, "idempotency-mismatch", key("k"))
    w.ask("PUT", path + "?value=0", 422, "idempotency-mismatch", key("k"))
    w.ask("DELETE", path, 422, "idempotency-mismatch", key("k"))
    w.ask("GET", path, 200, JSON, members={"value": 0})


# -- many counters ------------------------------------------------------------

def following(w):
    w.ask("POST", COUNTER + "followed", 201, JSON)
    one = COUNTER + "followed/events"
    for path in (one, one + "?last_event_id=1", "/v1/events?names=followed,none,a%2Cb",
                 "/v1/events?prefix=follow", "/v1/events?prefix="):
        answer = w.ask("GET", path, 200, EVENTS)
        w.tally.check(f"{path} begins with retry",
                      [] if answer and answer.body.startswith(b"retry: ") else [answer])
        w.ask("HEAD", path, 200)
    several = "/v1/events?names="
    for target, code in [(one + "?x=1", "invalid-parameter"),
                         (one + "?last_event_id=1&last_event_id=2", "duplicate-parameter"),
                         (COUNTER + "%0a/events", "invalid-name"),
                         (one + "?last_event_id=%ff", "bad-request"),
                         ("/v1/events", "invalid-parameter"),
                         (several + "a&names=b", "duplicate-parameter"),
                         (several + "a,", "invalid-name"),
                         (several + ",".join(["n"] * 101), "invalid-value"),
                         ("/v1/events?prefix=a&names=b", "invalid-parameter"),
                         ("/v1/events?prefix=" + "x" * 257, "invalid-value"),
                         (several + "%ff", "bad-request")]:
        w.ask("GET", target, 400, code)
        w.ask("HEAD", target, 400)
    w.ask("OPTIONS", COUNTER + "%zz/events", 400, "invalid-name")
    w.ask("OPTIONS", COUNTER + "followed/events?x=%zz", 400, "bad-request")
    w.ask("OPTIONS", "/v1/events?x=%zz", 400, "bad-request")


def too_many_streams(w):
    one = COUNTER + "followed/events"
    with Connection(w.port) as connection:
        connection.ask("GET", one)
        for path in (one, "/v1/events?names=followed"):
            w.ask("GET", path, 503, "overloaded")
            w.ask("HEAD", path, 503)
            answer = w.ask("GET", path, 200, EVENTS, [("Accept", EVENTS)])
            w.tally.check("a client that accepts events is told by one",
                          [] if answer and b"event: busy" in answer.body else [answer])
            w.reconnect()


def listing(w):
    path = "/v1/counters"
    names = ["list/a", "list/b", "list/c", "list/\u20ac", "list/\U0001d11e"]
    for name in names:
        w.ask("POST", COUNTER + urllib.parse.quote(name, safe=""), 201, JSON)
    w.ask("GET", path, 200, JSON)
    w.ask("HEAD", path + "?limit=1", 200)
    found, target, last = [], path + "?prefix=list%2F&limit=2", ""
    while target and len(found) < 9:
        answer = w.ask("GET", target, 200, JSON)
        page = read_json(answer.body)
        found += [counter["name"] for counter in page["counters"]]
        link, cursor = answer.field("Link"), page["next_cursor"]
        w.tally.check("a page links to the next one exactly while there is more",
                      [] if (link is None) == (cursor is None) else [answer])
        target = link and link[1:link.index(">")]
        if target:
            query = urllib.parse.parse_qs(target.split("?")[1])
            w.tally.check("the link has the cursor",
                          [] if query.get("cursor") == [cursor] else [answer])
        last = cursor or last
    w.tally.check("pages have every name once, in order", [] if found == names else [found])
    for after, expected in [("list/a", names[1:]), ("list/bb", names[2:]), ("a", names),
                            (names[-1], []), ("z", [])]:
        query = urllib.parse.urlencode({"prefix": "list/", "after": after})
        answer = w.ask("GET", f"{path}?{query}", 200, JSON)
        rest = [counter["name"] for counter in read_json(answer.body)["counters"]]
        w.tally.check("a list begins behind a name", [] if rest == expected else [answer])
    for query, code in [("limit=0", "invalid-value"),
                        ("prefix=other&cursor=" + urllib.parse.quote(last, safe=""),
                         "invalid-parameter"),
                        ("after=", "invalid-value"), ("after=a&cursor=" + last, "invalid-parameter"),
                        ("limit=1&limit=1", "duplicate-parameter"), ("x=%zz", "bad-request")]:
        w.ask("GET", f"{path}?{query}", 400, code)
        w.ask("HEAD", f"{path}?{query}", 400)


def scanning(w):
    """The greatest values, what is below a prefix, and deleting by prefix."""
    for name, value in [("scan/a", 5), ("scan/b/c", 7), ("scan/b/d", -1)]:
        w.ask("PUT", COUNTER + urllib.parse.quote(name, safe="") + f"?value={value}", 201, JSON)
    answer = w.ask("GET", "/v1/top?prefix=scan%2F&limit=2", 200, JSON, members={"seen": 3})
    names = [counter["name"] for counter in read_json(answer.body)["counters"]]
    w.tally.check("the greatest values are first", [] if names == ["scan/b/c", "scan/a"] else [answer])
    answer = w.ask("GET", "/v1/prefixes?prefix=scan%2F", 200, JSON, members={
        "prefixes": [{"prefix": "scan/b/", "counters": 2}], "next_cursor": None})
    page = read_json(w.ask("GET", "/v1/prefixes?prefix=scan%2F&limit=1", 200, JSON).body)
    w.ask("GET", f"/v1/prefixes?prefix=scan%2F&cursor={page['next_cursor']}", 200, JSON,
          members={"prefixes": [{"prefix": "scan/b/", "counters": 2}], "counters": []})
    w.ask("GET", "/v1/prefixes?prefix=scan%2F&delimiter=b", 200, JSON, members={
        "prefixes": [{"prefix": "scan/b", "counters": 2}]})
    for path in ("/v1/top", "/v1/prefixes"):
        w.ask("HEAD", path, 200)
        for query, code in [("limit=0", "invalid-value"), ("after=a", "invalid-parameter"),
                            ("limit=1&limit=1", "duplicate-parameter"), ("x=%zz", "bad-request")]:
            w.ask("GET", f"{path}?{query}", 400, code)
            w.ask("HEAD", f"{path}?{query}", 400)
    path = "/v1/counters?prefix=scan%2F"
    good = path + "&limit=2"
    for query, code in [("&limit=0", "invalid-value"), ("", "invalid-parameter"),
                        ("&limit=1&limit=1", "duplicate-parameter"), ("&x=%zz", "bad-request")]:
        w.ask("DELETE", path + query, 400, code)
    w.ask("DELETE", good, 400, "invalid-parameter", [("Idempotency-Key", "k")])
    w.ask("DELETE", good, 415, "unsupported-media-type", [("Content-Encoding", "gzip")], b"x")
    w.ask("DELETE", good, 200, JSON, members={"deleted": 2, "has_more": True})
    w.ask("DELETE", good, 200, JSON, members={"deleted": 1, "has_more": False})
    w.ask("DELETE", good, 200, JSON, members={"deleted": 0, "has_more": False})


def batch(w, ops, *expected, fields=()):
    """Asks for a batch, and compares each result with the members that are given for it."""
    answer = w.ask("POST", "/v1/batch", 200, JSON, fields, {"ops": ops})
    if not answer:
        return []
    results = read_json(answer.body)["results"]
    faults = [] if len(results) == len(expected) else [f"{len(results)} results"]
    for index, (result, members) in enumerate(zip(results, expected)):
        faults += [f"{index}: {key} is {result.get(key)!r}, not {value!r}"
                   for key, value in members.items() if result.get(key) != value]
        if "code" in result:
            w.coverage.count("post /v1/batch", 200, "result " + result["code"])
    w.tally.check("each operation of a batch has its result", faults + [answer] if faults else [])
    return results


def op(kind, name, **members):
    return {"op": kind, "name": name, **members}


def batches(w):
    def failed(status, code, **members):
        return {"status": status, "code": code, **members}

    results = batch(
        w,
        [op("add", "b", delta=2, initial=1), op("add", "b", delta=-1, min=0, max=9, ttl=100),
         op("get", "b"), op("set", "b", value=5), op("set", "c", value=1, ttl=9),
         op("delete", "c"), op("get", "c"), op("add", "c", create=False), op("add", "b", max=5),
         op("add", "b", delta=9, max=6, on_limit="clamp"),
         op("set", "b", value=0, if_version=1), op("set", "b", value=0, if_version=0),
         op("set", "c", value=2, if_version=0), op("get", "c", if_version=1),
         op("set", "b", value=INT_MAX), op("add", "b")],
        {"status": 201, "value": 3, "previous": None, "applied": 2, "created": True},
        {"status": 200, "value": 2, "previous": 3}, {"status": 200, "name": "b", "value": 2},
        {"status": 200, "value": 5, "previous": 2, "expires_at": None},
        {"status": 201, "value": 1}, {"status": 204},
        failed(404, "not-found"), failed(404, "not-found"),
        failed(409, "limit-reached", value=5), {"status": 200, "value": 6, "applied": 1},
        failed(412, "precondition-failed", value=6), failed(412, "precondition-failed", value=6),
        {"status": 201, "value": 2}, failed(412, "precondition-failed", value=2),
        {"status": 200}, failed(409, "overflow", value=INT_MAX))
    version = results[14]["version"] if len(results) > 14 else 1
    batch(w, [op("set", "b", value=0, if_version=version)], {"status": 200, "value": 0})
    batch(w, [op("add", "b")] * 1000, *[{"status": 200, "value": i + 1} for i in range(1000)])

    key = [("Idempotency-Key", "b1")]
    ops = [op("add", "b", delta=5), op("get", "b"), op("add", "d"), op("delete", "d")]
    batch(w, ops, {"value": 1005}, {"value": 1005}, {"status": 201}, {"status": 204}, fields=key)
    batch(w, [op("set", "b", value=7)], {"status": 200})
    again = [{"value": 7, "replayed": None}, {"status": 201, "replayed": True},
             {"status": 204, "replayed": True}]
    batch(w, ops, {"value": 1005, "replayed": True}, *again, fields=key)
    path = "/v1/batch"
    for other in (ops[::-1], ops[:3], ops + [op("add", "b")], [op("add", "b")],
                  [op("add", "b", delta=6)] + ops[1:], [op("add", "b", delta=5, max=9)] + ops[1:],
                  [op("add", "b", delta=5, if_version=1)] + ops[1:]):
        w.ask("POST", path, 422, "idempotency-mismatch", key, {"ops": other})
    # Refusals are repeated, too, though the operations would succeed now.
    key_2 = [("Idempotency-Key", "b2")]
    ops = [op("add", "e", create=False), op("set", "e", value=1), op("add", "e", max=1),
           op("set", "e", value=0), op("set", "e", value=5, if_version=1), op("delete", "e")]
    first = [failed(404, "not-found"), {"status": 201}, failed(409, "limit-reached", value=1),
             {"status": 200}, failed(412, "precondition-failed", value=0), {"status": 204}]
    batch(w, ops, *first, fields=key_2)
    batch(w, ops, *[result | {"replayed": True} for result in first], fields=key_2)
    # Apart from single requests.
    w.ask("POST", COUNTER + "b", 200, JSON, key, members={"value": 8})

    for wrong, code in [(op("add", ""), "invalid-name"), (op("move", "b"), "invalid-value"),
                        (op("set", "b"), "invalid-parameter")]:
        w.ask("POST", path, 400, code, body={"ops": [op("add", "b"), wrong]},
              members={"index": 1})
    w.ask("POST", path, 400, "duplicate-parameter", [("Content-Type", JSON)],
          b'{"ops":[{"op":"get","name":"b","name":"b"}]}', {"index": 0})
    w.ask("GET", COUNTER + "b", 200, JSON, members={"value": 8})
    w.ask("POST", path, 400, "invalid-value", body={"ops": []})
    w.ask("POST", path, 400, "invalid-parameter", body={})
    w.ask("POST", path, 400, "malformed-json", [("Content-Type", JSON)], b'{"ops":[}')
    w.ask("POST", path + "?more=1", 400, "invalid-parameter", body={"ops": [op("get", "b")]})
    w.ask("POST", path + "?x=%zz", 400, "bad-request", body={"ops": [op("get", "b")]})
    w.ask("POST", path, 400, "invalid-idempotency-key", [("Idempotency-Key", "")],
          {"ops": [op("get", "b")]})
    bad_ttls(w, "POST", path, {"ops": [op("get", "b")]})
    w.ask("POST", path, 415, "unsupported-media-type", FORM, b"ops=1")


# -- the server ---------------------------------------------------------------

def backing_up(w):
    path = "/v1/admin/backup"
    w.ask("POST", path + "?name=a", 409, "no-data-directory")
    w.ask("POST", path, 409, "no-data-directory", FORM, b"name=a")
    w.ask("POST", path, 409, "no-data-directory", body={"name": "n" * 64})
    for query, code in [("", "invalid-parameter"), ("?name=..", "invalid-value"),
                        ("?name=a&name=b", "duplicate-parameter"), ("?name=%zz", "bad-request")]:
        w.ask("POST", path + query, 400, code)
    w.ask("POST", path, 400, "malformed-json", [("Content-Type", JSON)], b"{")
    w.ask("POST", path + "?name=a", 415, "unsupported-media-type", body=b"name=a")
    w.ask("OPTIONS", path + "?x=%zz", 400, "bad-request")
    address = external_address()
    if address:
        w.reconnect(address)
        for query in ("?name=a", "?name=..", ""):
            w.ask("POST", path + query, 403, "forbidden")
        w.reconnect()


def others(w):
    w.ask("GET", "/v1/info", 200, JSON, members={
        "shards": 1, "threads": 1, "store": "memory", "durability": {"sync": "none"},
        "version": w.description.document["info"]["version"]})
    w.ask("HEAD", "/v1/info", 200)
    w.ask("GET", "/v1/info?more=1", 400, "invalid-parameter")
    w.ask("GET", "/v1/info?x=%zz", 400, "bad-request")
    w.ask("GET", "/openapi.json?more=1", 400, "invalid-parameter")
    w.ask("GET", "/openapi.json?x=%zz", 400, "bad-request")
    for target in (COUNTER + "a", *LISTS, "/v1/batch", "/v1/info", "/openapi.json"):
        w.ask("OPTIONS", target + "?x=%zz", 400, "bad-request")
    w.ask("OPTIONS", COUNTER + "%zz", 400, "invalid-name")
    answer = w.ask("GET", "/openapi.json", 200, JSON)
    w.tally.check("the description that is served is this one", [] if answer and read_json(
        answer.body) == w.description.document else ["it differs: is the server built with it?"])
    w.ask("HEAD", "/openapi.json", 200)


def operating(w):
    w.ask("GET", "/metrics", 200)
    w.ask("HEAD", "/metrics", 200)
    w.ask("GET", "/v1/stats", 200, JSON)
    w.ask("HEAD", "/v1/stats", 200)
    w.ask("GET", "/v1/stats?more=1", 400, "invalid-parameter")
    w.ask("GET", "/v1/stats?x=%zz", 400, "bad-request")
    w.ask("OPTIONS", "/v1/stats?x=%zz", 400, "bad-request")
    for target in ("/livez", "/readyz"):
        w.ask("GET", target, 200, TEXT)
        w.ask("HEAD", target, 200)
        w.ask("GET", target + "?verbose&exclude=loops&exclude=draining", 200, TEXT)
    w.ask("GET", "/readyz?for=read", 200, TEXT)
    for target in ("/metrics?x=1", "/livez?verbos", "/readyz?for=write"):
        w.ask("GET", target, 400, TEXT)
        w.ask("HEAD", target, 400)


def target_of(path):
    """A target that is good for every operation of a path."""
    query = {"/get": "?name=any", "/inc": "?name=any", "/set": "?name=any&val=1",
             "/v1/events": "?names=any"}.get(path, "")
    return path.replace("/ui/{name}", "/ui/app.js").replace("{name}", "any") + query


def is_text(target):
    """Whether errors are one line of text there."""
    return not (target in ("/v1", "/openapi.json") or target.startswith("/v1/"))


def every_method(w):
    """OPTIONS and a method that is not described name exactly those that are."""
    for path in w.description.document["paths"]:
        described = w.description.methods(path)
        target = target_of(path)

        def check_allow(answer):
            allow = answer.field("Allow") or ""
            w.tally.check(f"Allow of {path} names its methods",
                          [] if set(allow.split(", ")) == described else [answer])

        answer = w.ask("OPTIONS", target, 204)
        if answer:
            check_allow(answer)
        component = "TextMethodNotAllowed" if is_text(target) else "MethodNotAllowed"
        for method in sorted({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"} - described):
            answer = w.connection.ask(method, target)
            w.hold_component(f"{method} {target} -> 405", component, answer, 405, method == "HEAD")
            check_allow(answer)
        with Connection(w.port) as connection:
            answer = connection.ask("TRACE", target)
            w.hold_component(f"TRACE {target} -> 405", "TextMethodNotAllowed", answer, 405)


def every_path(w):
    """What is not described does not exist."""
    for target in ("/nowhere", "/v1x", "/get/", "/v1", "/v1/", "/v1/nowhere", "/v1/batch/",
                   "/v1/counters/a/b", "/v1/info/", "/V1/info"):
        component = "TextNoSuchRoute" if is_text(target) else "NoSuchRoute"
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = w.connection.ask(method, target)
            w.hold_component(f"{method} {target} -> 404", component, answer, 404, method == "HEAD")


# -- who may send the request -------------------------------------------------

LISTS = ("/v1/counters", "/v1/top", "/v1/prefixes")


def requests_of(w):
    """For each operation its method, a good target, a good body and its scope's effect."""
    for method, path in w.description.operations():
        target = target_of(path) + {
            "post /v1/admin/backup": "?name=a",
            "delete /v1/counters": "?prefix=any&limit=1"}.get(f"{method} {path}", "")
        body = {"ops": [op("add", "any")]} if path == "/v1/batch" else b""
        is_write = (method in ("post", "put", "delete") or path in ("/inc", "/set")
                    or path.startswith("/hit/"))
        is_open = path in ("/", "/ui/{name}", "/v1/info", "/openapi.json", "/livez", "/readyz")
        effect = ("none" if method == "options" or is_open
                  else "metrics" if path in ("/metrics", "/v1/stats")
                  else "list" if path in LISTS and method != "delete"
                  else "follow" if path.endswith("/events")
                  else "backup" if path == "/v1/admin/backup"
                  else "write" if is_write and path != "/get"
                  else "read")
        yield method.upper(), target, body, effect


def code_of_refusal(method, target, code):
    """Where the body tells it."""
    return None if method == "HEAD" or is_text(target) else code


def other_hosts(w):
    for method, target, body, _ in requests_of(w):
        w.ask(method, target, 421, code_of_refusal(method, target, "misdirected"), body=body,
              host="evil.example")


def other_sites(w):
    evil = [("Origin", "https://evil.example")]
    for method, target, body, effect in requests_of(w):
        if method == "OPTIONS":
            preflight = [*evil, ("Access-Control-Request-Method", "PUT")]
            w.ask(method, target, 403, code_of_refusal(method, target, "cross-origin"), preflight)
        elif effect in ("list", "follow", "write", "backup"):
            for fields in (evil, [("Sec-Fetch-Site", "cross-site")]):
                w.ask(method, target, 403, code_of_refusal(method, target, "cross-origin"), fields,
                      body)


def open_origin(w):
    """Its pages may do everything, and are told that they may."""
    page = [("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")]

    def check(answer, name, expected):
        found = answer and answer.field(name)
        w.tally.check(f"{name} for an allowed origin", [] if found == expected else [answer])

    for answer in (w.ask("POST", COUNTER + "page", 201, JSON, page),
                   w.ask("GET", COUNTER + "none", 404, "not-found", page)):
        check(answer, "Access-Control-Allow-Origin", "https://app.example")
        check(answer, "Access-Control-Expose-Headers",
              "ETag, Location, Link, Retry-After, Idempotency-Replayed")
    asks = [*page, ("Access-Control-Request-Method", "DELETE")]
    answer = w.ask("OPTIONS", COUNTER + "page", 204, fields=asks)
    check(answer, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE")
    check(w.ask("GET", "/v1/info", 200), "Vary", "Origin")


def without_rights(w):
    address = external_address()
    if not address:
        why = "this machine has no address but its loopback"
        w.coverage.excuse("forbidden", why)
        w.coverage.excuse("403", why, {"get /get", "head /get", "post /get",
                                       "head /v1/counters/{name}", *BADGE_READS})
        return
    w.reconnect(address)
    for method, target, body, effect in requests_of(w):
        if effect != "none":
            w.ask(method, target, 403, code_of_refusal(method, target, "forbidden"), body=body)
    w.reconnect()


def with_tokens(w, file):
    """Each request needs a token, of which nothing is repeated."""
    others = file.create("others", "--scopes", "all", "--prefix", "others/")
    adder = file.create("adder", "--scopes", "add", "--delta", "1..5")
    nothing = {effect: file.create(effect, "--scopes", scope) for effect, scope in
               [("read", "add"), ("follow", "add"), ("list", "read"), ("write", "read"), ("metrics", "read"),
                ("backup", "read")]}
    every = file.create("every", "--scopes", "all")
    w.server.reload()
    for method, target, body, effect in requests_of(w):
        if method == "OPTIONS":
            continue
        if target in ("/livez", "/readyz"):  # a probe does not fail for a token
            w.ask(method, target, 200, fields=[("Authorization", "Bearer x")])
            continue
        code = code_of_refusal(method, target, "unauthorized")
        wrong = [[("Authorization", value)] for value in
                 ("Bearer x", "Digest x=y", f"Bearer {every[:-1]}", "Bearer " + file.unknown)]
        for fields in wrong if effect == "none" else [[], *wrong]:
            answer = w.ask(method, target, 401, code, fields, body)
            expected = 'Bearer realm="counterd"' + (', error="invalid_token"' if fields else "")
            w.tally.check(f"{method} {target} 401 has a challenge",
                          [] if answer and answer.field("WWW-Authenticate") == expected else [answer])
            w.reconnect()  # ten of them end a connection
        twice = [("Authorization", "Bearer " + every)] * 2
        w.ask(method, target, 400, code_of_refusal(method, target, "bad-request"), twice, body)
        query = target + ("&" if "?" in target else "?") + "access_token=" + every
        w.ask(method, query, 400, code_of_refusal(method, target, "bad-request"), body=body)
        if effect != "none":
            forbidden = code_of_refusal(method, target, "forbidden")
            answer = w.ask(method, target, 403, forbidden, tokens.basic(nothing[effect]), body)
            w.tally.check(f"{method} {target} 403 names a scope",
                          [] if answer and 'scope="' in answer.field("WWW-Authenticate")
                          else [answer])
            if effect not in ("backup", "metrics"):  # no prefix limits these
                w.ask(method, target, 403, forbidden, tokens.bearer(others), body)
    for fields in ({"delta": 6}, {"delta": 5, "ttl": 5}):
        w.ask("POST", COUNTER + "x", 403, "forbidden", tokens.bearer(adder), fields)
        w.ask("POST", "/v1/batch", 403, "forbidden", tokens.bearer(adder),
              {"ops": [op("add", "x"), {**op("add", "x"), **fields}]}, {"index": 1})
    w.ask("GET", COUNTER + "x", 404, "not-found", tokens.bearer(every))


def read_only(w):
    for method, target, body, effect in requests_of(w):
        if effect == "write":
            w.ask(method, target, 403, code_of_refusal(method, target, "read-only"), body=body)
    w.ask("GET", "/v1/info", 200, JSON, members={"read_only": True})


# -- before the request is routed ---------------------------------------------

def hold_refused(w, connection, method, path, status, name):
    """The answer to a request that is refused early, and the end of its connection."""
    is_head = method == "head"
    answer = connection.read(is_head)
    rest = connection.read_to_end()
    target = target_of(path)
    name = f"{method.upper()} {target[:60]}: {name} -> {status}"
    w.hold(name, method.upper(), target, answer, status, "" if is_head else TEXT)
    faults = [] if answer.field("Connection") == "close" else ["it is not told"]
    if rest and not is_head:
        faults.append(f"{rest!r} follows")
    w.tally.check(f"{name}, and the connection ends", faults)


def refused_early(w):
    for method, path in w.description.operations():
        target = target_of(path)
        filler = ("&" if "?" in target else "?") + "x=" + "x" * 8192
        for status, name, given, fields in [
                (400, "two hosts", target, [("Host", "b")]),
                (413, "a long body", target, [("Content-Length", str(2 ** 20 + 1))]),
                (414, "a long target", target + filler, []),
                (417, "an expectation", target, [("Expect", "much")]),
                (431, "many fields", target, [("A", "b")] * 64),
                (501, "a transfer coding", target, [("Transfer-Encoding", "gzip, chunked")])]:
            with Connection(w.port) as connection:
                connection.send(request(method.upper(), given, fields))
                hold_refused(w, connection, method, path, status, name)
        with Connection(w.port) as connection:
            connection.send(f"{method.upper()} {target} HTTP/2.0\r\nHost: localhost\r\n\r\n".encode())
            hold_refused(w, connection, method, path, 505, "HTTP/2.0")
    for method, path in [("POST", COUNTER + "x"), ("PUT", COUNTER + "x?value=1"),
                         ("DELETE", COUNTER + "x"), ("POST", "/v1/batch"),
                         ("DELETE", "/v1/counters?prefix=x&limit=1"),
                         ("POST", "/v1/admin/backup?name=a")]:
        w.ask(method, path, 403, "prefetch", [("Sec-Purpose", "prefetch")])
    for target in (*LISTS, COUNTER + "a/events", "/v1/events?names=a"):
        w.ask("GET", target, 403, "prefetch", [("Sec-Purpose", "prefetch")])
    for method, path in [("POST", COUNTER + "x"), ("PUT", COUNTER + "x?value=1"),
                         ("DELETE", COUNTER + "x"), ("POST", "/v1/batch"),
                         ("POST", "/v1/admin/backup?name=a")]:
        w.ask(method, path, 415, "unsupported-media-type", [("Content-Encoding", "gzip")])
    with Connection(w.port) as connection:
        connection.send(request("BREW", "/"))
        answer = connection.read()
        w.hold("BREW / -> 501", "GET", "/", answer, 501, TEXT)


def timeouts(w):
    operations = w.description.operations()
    with contextlib.ExitStack() as stack:
        waiting = []
        for method, path in operations:
            connection = stack.enter_context(Connection(w.port))
            whole = request(method.upper(), target_of(path), [("Content-Length", "9")])
            # Half of them stop in their header and half in their body.
            connection.send(whole[:-2] if len(waiting) % 2 else whole)
            waiting.append((connection, method, path))
        for connection, method, path in waiting:
            hold_refused(w, connection, method, path, 408, "it does not end")


def too_many_connections(w):
    w.ask("GET", "/", 200)
    for method, path in w.description.operations():
        with Connection(w.port) as connection:
            connection.send(request(method.upper(), target_of(path)))
            answer = connection.read()
            name = f"{method.upper()} {path} on a connection too many -> 503"
            if method == "head":
                answer.body = b""
            w.hold(name, method.upper(), target_of(path), answer, 503)


# -- a server without room ----------------------------------------------------

def full(w):
    """Of two counters and two records."""
    def key(text):
        return [("Idempotency-Key", text)]

    first = w.ask("POST", COUNTER + "a", 201, JSON, key("k"))
    w.ask("GET", "/inc?name=b", 200)
    for method, target in [("POST", COUNTER + "c"), ("PUT", COUNTER + "c?value=1")]:
        w.ask(method, target, 507, "too-many-counters")
        w.ask(method, target, 507, "too-many-counters", key("k"))
    for method in ("GET", "POST"):
        w.ask(method, "/inc?name=c", 507)
        w.ask(method, "/set?name=c&val=1", 507)
        for path, kind, media in HITS:
            shown(w, method, path + "c" + kind, 507, media, "not available")
    batch(w, [{"op": "add", "name": "c"}], {"status": 507, "code": "too-many-counters"})
    operations = [{"op": "add", "name": "a"}]
    # Its shape takes the last record.
    batch(w, operations, {"status": 507, "code": "idempotency-store-full"}, fields=key("k1"))
    for method, target in [("POST", COUNTER + "a"), ("PUT", COUNTER + "a?value=1"),
                           ("DELETE", COUNTER + "a")]:
        w.ask(method, target, 507, "idempotency-store-full", key("k2"))
    shown(w, "GET", "/hit/a.svg", 507, SVG, "not available")  # who has counted cannot be remembered
    w.ask("POST", "/v1/batch", 507, "idempotency-store-full", key("k2"), {"ops": operations})
    again = w.ask("POST", COUNTER + "a", 201, JSON, key("k"))
    w.tally.check("what is remembered is answered when there is no room",
                  [] if first and again and again.body == first.body else [again])
