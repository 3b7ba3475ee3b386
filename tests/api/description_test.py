"""Whether the description holds together, and whether its judge sees what is wrong."""

import json
import re
import subprocess

import jsonschema

from description import PROBLEM
from exchange import Answer
from judge import Judge


def run(description, path, validator, manual, tally):
    """False when nothing can be held against it."""
    tally.check("the description is valid OpenAPI 3.1", openapi_faults(path, validator))
    tally.check("every $ref of it leads somewhere, and every component is used",
                reference_faults(description))
    tally.check("every schema of it is JSON Schema 2020-12", schema_faults(description))
    if tally.failed:
        return False
    tally.check("every example of it fits its schema", example_faults(description))
    tally.check("every operation has an id of its own, and says what it is for",
                operation_faults(description))
    tally.check("every operation of it declares the parameters of its path, and no others",
                path_parameter_faults(description))
    tally.check("the manual names every code, parameter and path of it",
                manual_faults(description, manual))
    check_judge(description, tally)
    return True


def openapi_faults(path, validator):
    checked = subprocess.run([str(validator), str(path)], capture_output=True, text=True)
    return [checked.stdout + checked.stderr] if checked.returncode != 0 else []


def nodes(value, where=""):
    """Every object in a document, with its place."""
    if isinstance(value, dict):
        yield where, value
        for key, inner in value.items():
            yield from nodes(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from nodes(inner, f"{where}/{index}")


# What is said of all paths, in words.
UNREFERENCED = {"#/components/responses/" + name for name in
                ("MethodNotAllowed", "TextMethodNotAllowed", "NoSuchRoute", "TextNoSuchRoute")}


def reference_faults(description):
    found = []
    used = set(UNREFERENCED)
    used |= {"#/components/securitySchemes/" + scheme
             for requirement in description.document["security"] for scheme in requirement}
    for where, node in nodes(description.document):
        if not isinstance(node.get("$ref"), str):
            continue
        used.add("/".join(node["$ref"].split("/")[:4]))
        try:
            description.resolver.resolve(node["$ref"])
        except jsonschema.RefResolutionError as error:
            found.append(f"{where}: {error}")
    for kind, components in description.document["components"].items():
        found += [f"{kind}/{name} is not used" for name in components
                  if f"#/components/{kind}/{name}" not in used]
    return found


def schemas(description):
    yield from description.document["components"]["schemas"].items()
    for where, node in nodes(description.document):
        if isinstance(node.get("schema"), dict):
            yield where, node["schema"]


def schema_faults(description):
    found = []
    for where, schema in schemas(description):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            found.append(f"{where}: {error.message}")
        for inner, node in nodes(schema, where):
            is_open = node.get("type") == "object" and node.get("additionalProperties") is not False
            if is_open and where != "OpenApi":
                found.append(f"{inner} takes any member")
    return found


def example_faults(description):
    found = []
    count = 0
    for where, node in nodes(description.document):
        if "example" not in node or "schema" not in node:
            continue
        count += 1
        found += [f"{where}: {error.message}" for error in
                  description.validator(node["schema"]).iter_errors(node["example"])]
    return found + ([] if count else ["there is none"])


def operation_faults(description):
    found = []
    ids = set()
    for method, path in description.operations():
        operation = description.document["paths"][path][method]
        name = operation.get("operationId")
        if not name or name in ids:
            found.append(f"{method} {path}: operationId is {name}")
        ids.add(name)
        if not operation.get("summary"):
            found.append(f"{method} {path} has no summary")
    return found


def path_parameter_faults(description):
    found = []
    for method, path in description.operations():
        item = description.document["paths"][path]
        declared = [parameter for parameter in map(
            description.resolve, item.get("parameters", []) + item[method].get("parameters", []))
            if parameter["in"] == "path"]
        named = sorted(parameter["name"] for parameter in declared if parameter.get("required"))
        if named != sorted(re.findall("{([^}]+)}", path)) or len(named) < len(declared):
            found.append(f"{method} {path} declares {named}")
    return found


def manual_faults(description, manual):
    schemas = description.document["components"]["schemas"]
    codes = set(schemas["Code"]["enum"])
    found = [f"`{code}` is not there" for code in sorted(codes) if f"`{code}`" not in manual]
    listed = re.findall(r"^\| [0-9]{3} \| ([^|]+) \| [^|]+ \|$", manual, re.MULTILINE)
    found += [f"`{code}` is not a code" for row in listed for code in re.findall("`([a-z-]+)`", row)
              if code not in codes]
    names = {parameter["name"] for parameter in description.document["components"][
        "parameters"].values() if parameter["in"] != "path" and parameter["name"] != "val"}
    found += [f"{name} is not there" for name in sorted(names)
              if not re.search(rf"\b{name}\b", manual)]
    return found + [f"{path} is not there" for path in description.document["paths"]
                    if path.replace("{name}", "NAME") not in manual]


def check_judge(description, tally):
    """A judge that takes everything would pass every server."""
    judge = Judge(description)
    read = description.responses("get", "/v1/counters/{name}")
    counter = {"name": "x", "value": 1, "version": 7, "expires_at": None}
    fields = {"date": "Wed, 25 Nov 2026 12:00:00 GMT", "x-content-type-options": "nosniff",
              "cache-control": "no-cache", "vary": "Accept", "etag": '"7"',
              "content-type": "application/json"}

    def faults(status, body, changed=(), without=(), extra=()):
        data = body if isinstance(body, bytes) else (json.dumps(body) + "\n").encode()
        given = {**fields, "content-length": str(len(data)), **dict(changed)}
        given = [pair for pair in given.items() if pair[0] not in without]
        return judge.faults(read[str(status)], Answer(status, given + list(extra), data))

    tally.check("the judge takes an answer as described", faults(200, counter))
    missing = {"type": "urn:counterd:not-found", "title": "t", "status": 404, "detail": "d",
               "code": "not-found"}
    problem = {"cache-control": "no-store", "content-type": PROBLEM}
    tally.check("the judge takes a problem as described",
                faults(404, missing, problem, ["etag", "vary"]))
    wrong = {
        "a member that is not described": faults(200, {**counter, "more": 1}),
        "a member that is missing": faults(200, {"name": "x", "value": 1, "version": 7}),
        "a value of the wrong type": faults(200, {**counter, "value": "1"}),
        "a value beyond 64 bits": faults(200, {**counter, "value": 2 ** 63}),
        "a fraction": faults(200, b'{"name":"x","value":1.0,"version":7,"expires_at":null}\n'),
        "a member twice": faults(
            200, b'{"name":"x","value":1,"value":1,"version":7,"expires_at":null}\n'),
        "no newline at the end": faults(200, json.dumps(counter).encode()),
        "a header that is missing": faults(200, counter, without=["etag"]),
        "a header that is not described": faults(200, counter, extra=[("x-more", "1")]),
        "a header twice": faults(200, counter, extra=[("etag", '"7"')]),
        "a header of the wrong form": faults(200, counter, {"etag": "7"}),
        "a type that is not described": faults(200, counter, {"content-type": "text/html"}),
        "a wrong length": faults(200, counter, {"content-length": "1"}),
        "no date": faults(200, counter, without=["date"]),
        "a code of another response": faults(
            404, {**missing, "code": "overflow", "type": "urn:counterd:overflow"}, problem,
            ["etag"]),
        "a type that is not the code": faults(
            404, {**missing, "type": "urn:counterd:overflow"}, problem, ["etag"]),
        "a line more of text": faults(200, b"1\n\n", {"content-type": "text/plain; charset=utf-8"}),
    }
    for name, found in wrong.items():
        tally.check(f"the judge refuses {name}", [] if found else ["it was taken"])
