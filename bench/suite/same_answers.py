"""Two servers must give the same answers before they are compared."""

import http.client
import json


def exchange(server, request):
    """(status, content type, parsed body) of a request from requests.http()."""
    head, body = request.split("\r\n\r\n", 1)
    line, *fields = head.split("\r\n")
    method, target, _ = line.split(" ")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, target, body or None, dict(field.split(": ") for field in fields))
        response = connection.getresponse()
        return response.status, response.getheader("Content-Type"), json.loads(response.read())
    finally:
        connection.close()


def without_base(value, base):
    """Versions count from the first one, because servers begin with different ones."""
    if isinstance(value, dict):
        return {key: without_base(inner, base) if key != "version" else
                inner - base.setdefault("version", inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_base(inner, base) for inner in value]
    return value


def require(one, other, sequence):
    """Sends the requests to both, which must be fresh, and compares the responses."""
    bases = {}, {}
    for request in sequence:
        request = request.replace("%012u", "0" * 12)
        responses = [without_base(list(exchange(server, request)), base)
                     for server, base in zip((one, other), bases)]
        if responses[0] != responses[1]:
            said = "\n".join(f"{server.name}: {json.dumps(response)[:2000]}"
                             for server, response in zip((one, other), responses))
            raise RuntimeError(f"different responses to\n{request[:500]}\n{said}")
