"""Does with the Python client what its stdin says, a JSON object a line, and says on stdout what came of it."""

import dataclasses
import json
import sys
import threading
from typing import Any, Dict, Generator, List, Optional

import counterd

clients: Dict[str, counterd.Client] = {}
watching: Optional[Generator[Any, None, None]] = None


def plain(value: Any) -> Any:
    if isinstance(value, counterd.Error):
        return error_of(value)
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def error_of(error: Exception) -> Dict[str, Any]:
    if isinstance(error, counterd.Refused):
        about = {"kind": "refused", "status": error.status, "code": error.code}
        if isinstance(error, counterd.Conflict):
            about.update(value=error.value, version=error.version)
        return about
    if isinstance(error, counterd.OutcomeUnknown):
        return {"kind": "unknown", "key": error.key}
    if isinstance(error, counterd.Unreachable):
        return {"kind": "unreachable"}
    if isinstance(error, counterd.Interrupted):
        return {"kind": "interrupted", "deleted": error.deleted}
    if isinstance(error, (ValueError, TypeError)):
        return {"kind": "invalid", "detail": str(error)}
    raise error


def carry_out(client: counterd.Client, operation: str, arguments: List[Any]) -> Any:
    global watching
    if operation == "watch":
        what = arguments[0]
        watching = client.watch(*what) if isinstance(what, list) else client.watch(prefix=what["prefix"])
        return None
    if operation == "end":
        if watching is not None:
            watching.close()
        watching = None
        return None
    if operation == "next":
        assert watching is not None
        return next(watching)
    options: Dict[str, Any] = {}
    if arguments and isinstance(arguments[-1], dict):
        options = arguments.pop()
    if operation in ("list", "prefixes"):
        return list(getattr(client, operation)(*arguments))
    return getattr(client, operation)(*arguments, **options)


def add_many(client: counterd.Client, name: str, count: int, workers: int) -> Dict[str, Any]:
    """Adds 1 `count` times, from several threads. Returns the values that came, in any order."""
    values: List[int] = []
    failures: List[str] = []

    def work(share: int) -> None:
        for _ in range(share):
            try:
                values.append(client.add(name).value)
            except counterd.Error as error:
                failures.append(repr(error))

    threads = [threading.Thread(target=work, args=[count // workers + (i < count % workers)]) for i in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"values": values, "failures": failures}


for line in sys.stdin:
    order = json.loads(line)
    try:
        known = json.dumps([order["case"], order["url"], order["client"]])
        if known not in clients:
            clients[known] = counterd.Client(order["url"], **order["client"])
        if "many" in order:
            said = add_many(clients[known], **order["many"])
        else:
            operation, *arguments = order["call"]
            said = {"result": plain(carry_out(clients[known], operation, arguments))}
    except Exception as caught:  # error_of raises what nobody expects
        said = {"error": error_of(caught)}
    print(json.dumps(said), flush=True)
