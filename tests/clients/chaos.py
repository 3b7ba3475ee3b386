"""A proxy between a client and a server that does to each exchange what a plan, or chance, says.

A fault has two sides. `deliver` says how often the request reaches the server: 0, 1 or 2 times, or "late": once,
some time after the client has stopped waiting. `answer` says what comes back:

    "pass"      the server's response
    "close"     the same; then the connection ends without a word
    "cut"       nothing: the connection ends
    "half"      half of the response, and the end
    "silence"   nothing: the connection stays
    "drip"      the response, a byte at a time, for longer than anybody waits
    "html"      200 and a page, as networks with a login have
    "huge"      a body without an end
    "long"      a header without an end
    "fields"    more fields than anybody sends
    {"status": 503, "fields": {...}, "body": {...}}   this response
    {"events": 2}   of an event stream that many events, and the end
"""

import asyncio
import json
import random
import re
import threading
from typing import Any, Coroutine, Dict, List, Optional, Tuple

EVENT_PAUSE = 100  # ms: what the `retry` of each stream is made, so that tests need not wait for it
LATE = 1.0  # s
DRIP = 0.05  # s between two bytes
GONE = 30.0  # s: until then every client has left

PASS: Dict[str, Any] = {"deliver": 1, "answer": "pass"}

OVERLOADED: Dict[str, Any] = {"status": 503, "fields": {"Retry-After": "0"}, "body": {"code": "overloaded"}}
UNKNOWN: Dict[str, Any] = {"status": 500, "body": {"code": "outcome-unknown"}}

# Of 1000 exchanges; what is missing passes.
CHANCES: List[Tuple[int, Dict[str, Any]]] = [
    (30, {"deliver": 0, "answer": "cut"}),
    (30, {"deliver": 1, "answer": "cut"}),
    (20, {"deliver": 1, "answer": "half"}),
    (20, {"deliver": 2, "answer": "pass"}),
    (10, {"deliver": 2, "answer": "cut"}),
    (10, {"deliver": 1, "answer": "close"}),
    (10, {"deliver": 0, "answer": OVERLOADED}),
    (10, {"deliver": 0, "answer": {"status": 408}}),
    (10, {"deliver": 1, "answer": {"status": 502}}),
    (10, {"deliver": 1, "answer": {"status": 504}}),
    (10, {"deliver": 0, "answer": {"status": 502}}),
    (10, {"deliver": 1, "answer": UNKNOWN}),
    (5, {"deliver": 1, "answer": "html"}),
    (2, {"deliver": "late", "answer": "silence"}),
    (2, {"deliver": 1, "answer": "silence"}),
    (1, {"deliver": 1, "answer": "drip"}),
]


class Exchange:
    """A request as it came to the proxy."""

    def __init__(self, head: bytes, body: bytes):
        self.head = head
        self.body = body
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ")
        self.fields: Dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name:
                self.fields[name.lower()] = value.strip()

    @property
    def is_stream(self) -> bool:
        return "/events" in self.target

    def without_key(self) -> bytes:
        return re.sub(rb"\r\nidempotency-key[^\r]*", b"", self.head, flags=re.IGNORECASE)


class Proxy:
    """Runs on a thread of its own from `start` to `stop`. The other functions may be called from any thread."""

    def __init__(self, port: int):
        self.server_port = port
        self.port = 0
        self.seen: List[Exchange] = []
        self.plan: List[Dict[str, Any]] = []
        self.random: Optional[random.Random] = None
        self.strips_keys = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._late: "set[asyncio.Task[Any]]" = set()
        self._sessions: "set[asyncio.Task[Any]]" = set()

    def start(self) -> None:
        self._thread.start()
        self._listener = self._call(asyncio.start_server(self._session, "127.0.0.1", 0, limit=1 << 22))
        self.port = self._listener.sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def begin(self, plan: List[Dict[str, Any]]) -> None:
        """From now on, the n-th exchange meets the n-th fault; later ones pass."""
        self.plan = list(plan)

    def begin_random(self, seed: int, strips_keys: bool) -> None:
        self.begin([])
        self.random = random.Random(seed)
        self.strips_keys = strips_keys

    def end_random(self) -> None:
        """Returns when the server has everything that was to come late."""
        self.random = None
        self.strips_keys = False
        self._call(self._settle())

    def wait(self) -> None:
        """Returns when no client is connected any more."""
        self._call(self._quiet())

    def disconnect(self) -> None:
        """Ends all connections of clients."""
        self._call(self._disconnect())

    def _call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(GONE)

    async def _settle(self) -> None:
        if self._late:
            await asyncio.wait(set(self._late))

    async def _quiet(self) -> None:
        if self._sessions:
            await asyncio.wait(set(self._sessions), timeout=GONE)
        await asyncio.sleep(0)  # transports close their sockets a round later
        await asyncio.sleep(0)

    async def _disconnect(self) -> None:
        sessions = set(self._sessions)
        for each in sessions:
            each.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
        await self._quiet()

    async def _end(self) -> None:
        await self._settle()
        self._listener.close()
        await self._disconnect()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._sessions.add(task)
        upstream = None
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.server_port, limit=1 << 24)
            while await self._exchange(reader, writer, upstream):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has left, or the test is over
        finally:
            self._sessions.discard(task)
            writer.transport.abort()
            if upstream:
                upstream[1].close()

    def _fault(self) -> Dict[str, Any]:
        if self.plan:
            return self.plan.pop(0)
        if self.random:
            dice = self.random.randrange(1000)
            for chance, fault in CHANCES:
                dice -= chance
                if dice < 0:
                    return fault
        return PASS

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: Any) -> bool:
        """Serves one request. Returns false if the connection is over."""
        head = await reader.readuntil(b"\r\n\r\n")
        request = Exchange(head, b"")
        request.body = await reader.readexactly(int(request.fields.get("content-length", 0)))
        if self.random is None:
            self.seen.append(request)
        fault = self._fault()
        deliver, answer = fault["deliver"], fault["answer"]
        if request.is_stream and deliver == 1 and (answer == "pass" or "events" in answer):
            await self._stream(request, writer, upstream, answer)
            return False
        response = b""
        if deliver == "late":
            task = asyncio.create_task(self._deliver_late(request))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        else:
            for _ in range(deliver):
                response = await self._deliver(request, upstream)
        return await self._answer(answer, response, reader, writer)

    async def _deliver(self, request: Exchange, upstream: Any) -> bytes:
        """Returns the server's response. A stream's is only its beginning."""
        upstream[1].write((request.without_key() if self.strips_keys else request.head) + request.body)
        head: bytes = await upstream[0].readuntil(b"\r\n\r\n")
        body: bytes = await upstream[0].readexactly(length_of(head) or 0)
        return head + body

    async def _deliver_late(self, request: Exchange) -> None:
        await asyncio.sleep(LATE)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server_port)
        await self._deliver(request, (reader, writer))
        writer.close()

    async def _answer(self, answer: Any, response: bytes, reader: asyncio.StreamReader,
                      writer: asyncio.StreamWriter) -> bool:
        if answer == "cut":
            return False
        if answer == "silence":
            await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=GONE)
            return False
        if answer == "drip":
            for i in range(len(response)):
                writer.write(response[i:i + 1])
                await writer.drain()
                await asyncio.sleep(DRIP)
            return True
        if answer in ("huge", "long"):
            endless = b"Content-Length: 1099511627776\r\n\r\n" if answer == "huge" else b"X: "
            writer.write(b"HTTP/1.1 200 OK\r\n" + endless)
            for _ in range(1024):
                writer.write(b"x" * (1 << 16))
                await writer.drain()
            await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=GONE)
            return False
        if answer == "fields":
            response = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"Content-Length: 0\r\n\r\n"
        elif answer == "html":
            response = plain(200, {"Content-Type": "text/html"}, b"<!doctype html><title>Log in</title>")
        elif isinstance(answer, dict):
            body = json.dumps(answer["body"]).encode() if "body" in answer else b"<html>an error of a proxy</html>"
            response = plain(answer["status"], answer.get("fields", {}), body)
        writer.write(response[:len(response) // 2] if answer == "half" else response)
        await writer.drain()
        if answer in ("half", "close"):
            writer.close()
            return False
        return True

    async def _stream(self, request: Exchange, writer: asyncio.StreamWriter, upstream: Any, answer: Any) -> None:
        events = answer["events"] if isinstance(answer, dict) else -1
        upstream[1].write(request.head)
        head = await upstream[0].readuntil(b"\r\n\r\n")
        writer.write(head)
        length = length_of(head)
        if length is not None:  # it is none, but a refusal
            writer.write(await upstream[0].readexactly(length))
            await writer.drain()
            writer.close()
            return
        while events != 0:
            event = await upstream[0].readuntil(b"\n\n")
            writer.write(re.sub(rb"^retry: \d+", b"retry: %d" % EVENT_PAUSE, event))
            await writer.drain()
            events -= 1


def length_of(head: bytes) -> Optional[int]:
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else None


def plain(status: int, fields: Dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n").encode() + body
