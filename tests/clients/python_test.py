"""What the Python client does that conformance.json cannot say."""

import contextlib
import faulthandler
import os
import pickle
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from typing import Any, Callable, Dict, List
from unittest import mock

import counterd
from counterd import client as client_module
from counterd import connection as connection_module
from counterd import watching as watching_module

STATE = b'{"name":"hits","value":1,"version":7,"expires_at":null}'


def response(body: bytes, status: int = 200, fields: str = "") -> bytes:
    return f"HTTP/1.1 {status} Status\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


def read_request(peer: socket.socket) -> bytes:
    """Reads a request without a body. Returns nothing at the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = peer.recv(65536)
        if not part:
            return b""
        head += part
    return head


class Peer:
    """A server whose n-th connection is handled by the n-th function, later ones by the last."""

    def __init__(self, *handlers: Callable[[socket.socket], None], context: Any = None):
        self.handlers = handlers
        self.context = context
        self.connections = 0

    def __enter__(self) -> "Peer":
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            handler = self.handlers[min(self.connections, len(self.handlers) - 1)]
            self.connections += 1
            threading.Thread(target=self.handle, args=[handler, peer], daemon=True).start()

    def handle(self, handler: Callable[[socket.socket], None], peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer:
            if self.context is None:
                handler(peer)
                return
            with self.context.wrap_socket(peer, server_side=True) as wrapped:
                handler(wrapped)


def answer_all(peer: socket.socket) -> None:
    while read_request(peer):
        peer.sendall(response(STATE))


class ClientTest(unittest.TestCase):
    def test_pauses_grow_to_five_seconds_and_are_drawn_from_all_of_them(self) -> None:
        with mock.patch("random.uniform", side_effect=lambda least, most: (least, most)):
            bounds: List[Any] = [client_module.pause_before(attempt) for attempt in range(2000)]
        self.assertEqual([least for least, _ in bounds], [0] * 2000)
        self.assertEqual([most for _, most in bounds[:9]], [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5])
        self.assertEqual({most for _, most in bounds[7:]}, {5})

    def test_each_refusal_has_a_class(self) -> None:
        table = [
            (404, "not-found", counterd.NotFound), (404, "no-such-route", counterd.Refused),
            (409, "limit-reached", counterd.LimitReached), (409, "overflow", counterd.Overflow),
            (412, "precondition-failed", counterd.PreconditionFailed), (401, "unauthorized", counterd.Unauthorized),
            (403, "read-only", counterd.Forbidden), (422, "idempotency-mismatch", counterd.KeyReused),
            (507, "disk-full", counterd.OutOfRoom), (400, "invalid-value", counterd.Refused),
        ]
        for status, code, kind in table:
            body = f'{{"code":"{code}","detail":"why","value":5,"version":9}}'.encode()

            def refuse(peer: socket.socket) -> None:
                read_request(peer)
                peer.sendall(response(body, status))

            with self.subTest(code), Peer(refuse) as peer, counterd.Client(peer.url) as client:
                with self.assertRaises(counterd.Refused) as caught:
                    client.get("hits")
                self.assertIs(type(caught.exception), kind)
                self.assertEqual((caught.exception.status, caught.exception.code), (status, code))
                self.assertEqual(str(caught.exception), "why")
                if isinstance(caught.exception, counterd.Conflict):
                    self.assertEqual((caught.exception.value, caught.exception.version), (5, 9))

    def test_calls_after_one_another_use_one_connection(self) -> None:
        with Peer(answer_all) as peer, counterd.Client(peer.url) as client:
            for _ in range(5):
                client.get("hits")
            self.assertEqual(peer.connections, 1)
            client.close()
            client.get("hits")
            self.assertEqual(peer.connections, 2)

    def test_a_connection_that_has_waited_for_long_is_not_used(self) -> None:
        with Peer(answer_all) as peer, counterd.Client(peer.url) as client:
            client.get("hits")
            with mock.patch.object(connection_module, "_IDLE_SECONDS_MAX", -1):
                client.get("hits")
            self.assertEqual(peer.connections, 2)

    def test_no_more_connections_wait_than_are_of_use(self) -> None:
        meeting = threading.Barrier(40)

        def answer_together(peer: socket.socket) -> None:
            while read_request(peer):
                meeting.wait(20)
                peer.sendall(response(STATE))

        with Peer(answer_together) as peer, counterd.Client(peer.url, timeout=30) as client:
            threads = [threading.Thread(target=client.get, args=["hits"]) for _ in range(40)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(peer.connections, 40)
            self.assertLessEqual(len(client._pool._idle), 17)  # one more, if two threads come at the same time

    def test_what_ends_one_connection_that_had_waited_ends_the_others(self) -> None:
        meeting = threading.Barrier(3)
        forgotten = []

        def answer_once(peer: socket.socket) -> None:
            read_request(peer)
            meeting.wait(20)
            peer.sendall(response(STATE))
            # Then it never answers, as if the network had forgotten the connection.
            while read_request(peer):
                forgotten.append(peer)

        handlers = [answer_once] * 3 + [answer_all]
        with Peer(*handlers) as peer, counterd.Client(peer.url, timeout=2) as client:
            threads = [threading.Thread(target=client.get, args=["hits"]) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(peer.connections, 3)
            client._timeout = 0.2
            client.get("hits")
            self.assertEqual(peer.connections, 4)
            self.assertEqual(len(forgotten), 1)

    def test_a_call_that_is_interrupted_leaves_no_response_to_the_next_one(self) -> None:
        arrived = threading.Event()

        def answer_late(peer: socket.socket) -> None:
            read_request(peer)
            arrived.set()
            interrupted.wait(20)
            peer.sendall(response(STATE.replace(b'"value":1', b'"value":666')))

        interrupted = threading.Event()

        class Interrupt(Exception):
            pass

        def interrupt(*_: object) -> None:
            raise Interrupt

        before = signal.signal(signal.SIGUSR1, interrupt)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        with Peer(answer_late, answer_all) as peer, counterd.Client(peer.url, timeout=20) as client:

            def interrupt_when_arrived() -> None:
                arrived.wait(20)
                os.kill(os.getpid(), signal.SIGUSR1)

            threading.Thread(target=interrupt_when_arrived).start()
            with self.assertRaises(Interrupt):
                client.get("hits")
            interrupted.set()
            self.assertEqual(client.get("hits").value, 1)
            self.assertEqual(peer.connections, 2)

    def test_a_process_that_was_forked_has_connections_of_its_own(self) -> None:
        with Peer(answer_all) as peer, counterd.Client(peer.url) as client:
            client.get("hits")
            child = os.fork()
            if child == 0:
                with contextlib.suppress(BaseException):
                    os._exit(0 if client.get("hits").value == 1 else 1)
                os._exit(2)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertEqual(peer.connections, 2)
            client.get("hits")
            self.assertEqual(peer.connections, 2)

    def test_https_trusts_whom_the_context_trusts(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = os.path.join(folder, "certificate"), os.path.join(folder, "key")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            trusting = ssl.create_default_context(cafile=certificate)
            with Peer(answer_all, context=context) as peer:
                url = f"https://localhost:{peer.port}"
                with counterd.Client(url, context=trusting) as client:
                    self.assertEqual([client.get("hits").value for _ in range(3)], [1, 1, 1])
                    self.assertEqual(peer.connections, 1)
                with counterd.Client(url, give_up=0) as stranger, self.assertRaises(counterd.Unreachable) as caught:
                    stranger.add("hits")
                self.assertIn("CERTIFICATE_VERIFY_FAILED", str(caught.exception))
                # The name of the certificate must be that of the URL.
                with counterd.Client(f"https://127.0.0.1:{peer.port}", context=trusting, give_up=0) as wrong:
                    self.assertRaises(counterd.Unreachable, wrong.get, "hits")

    def test_a_token_is_in_no_message(self) -> None:
        with Peer(lambda peer: None) as peer, counterd.Client(peer.url, "ctr_secret", give_up=0) as client:
            with self.assertRaises(counterd.OutcomeUnknown) as caught:
                client.add("hits")
            said = f"{client!r} {caught.exception!r} {caught.exception} {caught.exception.__cause__!r}"
            self.assertNotIn("secret", said)

    def test_a_response_is_read_up_to_a_bound_whether_it_says_its_length_or_not(self) -> None:
        for length in [b"Content-Length: 1099511627776\r\n", b"Connection: close\r\n"]:

            def send_endlessly(peer: socket.socket) -> None:
                read_request(peer)
                peer.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
                while True:
                    peer.sendall(b"x" * (1 << 20))

            with Peer(send_endlessly) as peer, counterd.Client(peer.url, give_up=0, timeout=20) as client:
                with self.assertRaises(counterd.Unreachable) as caught:
                    client.get("hits")
                self.assertEqual(str(caught.exception.__cause__), "the response is too large")

    def test_an_error_passes_from_process_to_process(self) -> None:
        for error in [
            counterd.Interrupted(5, ValueError("why")), counterd.OutcomeUnknown("k"), counterd.Unreachable("no answer"),
            counterd.PreconditionFailed(412, {"code": "precondition-failed", "value": 7, "version": 9}),
        ]:
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), str(again), vars(again)), (type(error), str(error), vars(error)))

    def test_addresses_of_both_families_are_understood(self) -> None:
        server = connection_module.Server("http://[::1]:8001")
        self.assertEqual((server.host, server.port), ("::1", 8001))
        self.assertEqual(connection_module.Server("https://example.org").port, 443)
        self.assertEqual(connection_module.Server("http://example.org/").port, 80)

    def test_numbers_that_are_no_time_are_refused(self) -> None:
        table: List[Dict[str, Any]] = [
            {"timeout": 0}, {"timeout": -1}, {"timeout": float("inf")}, {"timeout": float("nan")}, {"give_up": -1},
            {"give_up": float("inf")}, {"give_up": 10, "timeout": 5, "key_ttl": 14},
        ]
        for options in table:
            with self.subTest(options):
                self.assertRaises(ValueError, counterd.Client, "http://127.0.0.1:1", **options)
        counterd.Client("http://127.0.0.1:1", give_up=10, timeout=5, key_ttl=15)

    def test_a_group_that_goes_on_on_the_next_page_is_one(self) -> None:
        pages = [
            b'{"prefixes":[{"prefix":"a/","counters":1},{"prefix":"b/","counters":2}],"counters":[],"next_cursor":"x"}',
            b'{"prefixes":[{"prefix":"b/","counters":3}],"counters":[],"next_cursor":"y"}',
            b'{"prefixes":[{"prefix":"b/","counters":4}],"counters":[],"next_cursor":"z"}',
            b'{"prefixes":[{"prefix":"c/","counters":5}],"counters":[],"next_cursor":null}',
        ]

        def answer(peer: socket.socket) -> None:
            for page in pages:
                read_request(peer)
                peer.sendall(response(page))

        with Peer(answer) as peer, counterd.Client(peer.url) as client:
            groups = list(client.prefixes())
        self.assertEqual(groups, [counterd.Group("a/", 1), counterd.Group("b/", 9), counterd.Group("c/", 5)])


def stream(*events: bytes) -> Callable[[socket.socket], None]:
    def send(peer: socket.socket) -> None:
        if read_request(peer):
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for event in events:
                peer.sendall(event + b"\n\n")

    return send


def state(name: str, version: int) -> bytes:
    return f'data: {{"name":"{name}","value":{version},"version":{version},"expires_at":null}}'.encode()


def ready(has_more: str) -> bytes:
    return b'event: ready\ndata: {"prefix":"","has_more":' + has_more.encode() + b"}"


SOON = b"retry: 1"


class WatchTest(unittest.TestCase):
    def take(self, count: int, *handlers: Callable[[socket.socket], None], prefix: bool = False) -> List[Any]:
        with Peer(*handlers) as peer, counterd.Client(peer.url, timeout=20) as client:
            with contextlib.closing(client.watch(prefix="") if prefix else client.watch("a")) as told:
                items = [next(told) for _ in range(count)]
            return [(each.name, each.value) for each in items]

    def test_a_stream_that_falls_silent_is_left(self) -> None:
        def fall_silent(peer: socket.socket) -> None:
            stream(SOON, state("a", 1))(peer)
            read_request(peer)

        with mock.patch.object(watching_module, "_SILENCE_MAX", 0.2):
            later = stream(SOON, state("a", 1), state("a", 2))
            self.assertEqual(self.take(2, fall_silent, later), [("a", 1), ("a", 2)])

    def test_a_line_or_an_event_without_an_end_is_left(self) -> None:
        def without_end(peer: socket.socket) -> None:
            stream(SOON, state("a", 1))(peer)
            for _ in range(100):
                peer.sendall(b"x" * (1 << 20))

        def without_lines(peer: socket.socket) -> None:
            stream(SOON, state("a", 2))(peer)
            for _ in range(100):
                peer.sendall(b"x: y\n" * (1 << 16))

        later = stream(SOON, state("a", 3))
        self.assertEqual(self.take(3, without_end, without_lines, later), [("a", 1), ("a", 2), ("a", 3)])

    def test_events_that_nobody_knows_are_left_out(self) -> None:
        events = [SOON, b": a comment", b"event: ping\ndata:", b"event: news\ndata: 5", state("a", 1)]
        self.assertEqual(self.take(1, stream(*events)), [("a", 1)])

    def test_a_server_without_room_for_a_stream_is_asked_again(self) -> None:
        busy = stream(b"event: busy\ndata:", SOON)
        self.assertEqual(self.take(1, busy, busy, stream(state("a", 1))), [("a", 1)])

    def test_a_reset_begins_anew(self) -> None:
        reset = b"event: reset\ndata:"
        told = stream(state("a", 1), state("b", 2), ready("false"), reset, state("a", 1), ready("false"))
        self.assertEqual(self.take(3, told, prefix=True), [("a", 1), ("b", 2), ("b", None)])

    def test_with_more_counters_than_a_stream_begins_with_nothing_is_taken_for_deleted(self) -> None:
        first = stream(SOON, state("a", 1), state("b", 2), ready("true"))
        second = stream(SOON, state("a", 1), ready("true"), state("c", 3))
        self.assertEqual(self.take(3, first, second, prefix=True), [("a", 1), ("b", 2), ("c", 3)])

    def test_of_a_prefix_only_so_many_names_are_remembered(self) -> None:
        known = watching_module._Known(is_prefix=True)
        known.begin()
        with mock.patch.object(watching_module, "_NAMES_MAX", 3):
            for i in range(10):
                self.assertTrue(known.take(f"n{i}", i))
        self.assertEqual(list(known._told), ["n7", "n8", "n9"])
        self.assertFalse(known.take("n9", 9))

    def test_closing_ends_the_connection(self) -> None:
        ended = threading.Event()

        def wait_for_end(peer: socket.socket) -> None:
            stream(state("a", 1))(peer)
            if not peer.recv(1):
                ended.set()

        self.take(1, wait_for_end)
        self.assertTrue(ended.wait(20))


if __name__ == "__main__":
    faulthandler.dump_traceback_later(100, exit=True)  # says where a test waits
    unittest.main(argv=sys.argv)
