"""Sends increments with Idempotency-Keys and compares what was confirmed with what was counted.

increments.py [--at-half FILE] ADDRESS NUMBER SERVER ...: sends them to ADDRESS, from 64 connections to 200
counters. What brings no answer, or a 5xx, is sent again with the same key, as any client should. Then asks
each SERVER for the counters. FILE is made when half of them are confirmed. Exits with 1 if a counter differs.
"""

import argparse
import collections
import http.client
import json
import pathlib
import random
import socket
import sys
import threading
import time

CONNECTIONS = 64
COUNTERS = 200
PREFIX = "demo/"
ANSWER_SECONDS_MAX = 15  # longer than --engine-timeout, which is how long the server tries
PAUSE_SECONDS_MAX = 0.2  # where no Retry-After says how long
SECONDS_MAX = 300
AGAIN = 200  # keys that are sent once more at the end


class Failure(Exception):
    pass


class Client:
    """A connection that is made anew when it has failed. Used by one thread."""

    def __init__(self, address, end):
        self.address = address
        self.end = end
        self.connection = None
        self.repeats = 0

    def request(self, method, path, headers):
        """Returns the response, its time and its body; None instead if there is none."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=ANSWER_SECONDS_MAX)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, headers=headers)
            response = self.connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            return None

    def request_until_answered(self, method, path, headers):
        while True:
            answer = self.request(method, path, headers)
            if answer and answer[0].status < 500:
                if answer[0].status != 200 and answer[0].status != 201:
                    raise Failure(f"{method} {path}: {answer[0].status} {answer[1].decode()}")
                return answer
            if time.monotonic() > self.end:
                raise Failure(f"{method} {path} has brought no answer in time")
            self.repeats += 1
            pause = answer[0].getheader("Retry-After") if answer else None
            time.sleep(float(pause) if pause else random.uniform(0, PAUSE_SECONDS_MAX))


class Load:
    """Increments 0 to `number`, shared by threads."""

    def __init__(self, address, number, at_half):
        self.address = address
        self.number = number
        self.at_half = at_half
        self.end = time.monotonic() + SECONDS_MAX
        self.lock = threading.Lock()
        self.next = 0
        self.confirmed = 0
        self.replays = 0
        self.repeats = 0
        self.expected = collections.Counter()
        self.replies = {}
        self.last = time.monotonic()
        self.gap = 0.0
        self.failures = []

    def take(self):
        with self.lock:
            index = self.next
            self.next += 1
            return index if index < self.number and not self.failures else None

    def confirm(self, index, response, body):
        with self.lock:
            now = time.monotonic()
            self.gap = max(self.gap, now - self.last)
            self.last = now
            self.confirmed += 1
            self.expected[name_of(index)] += 1
            self.replays += response.getheader("Idempotency-Replayed") == "true"
            if index % (self.number // AGAIN or 1) == 0:
                self.replies[index] = body
            if self.at_half and self.confirmed >= self.number // 2:
                self.at_half.touch()
                self.at_half = None

    def send(self):
        """Run by each thread."""
        client = Client(self.address, self.end)
        try:
            while (index := self.take()) is not None:
                self.confirm(index, *increment(client, index))
        except Failure as failure:
            self.failures.append(failure)
        with self.lock:
            self.repeats += client.repeats

    def run(self):
        began = time.monotonic()
        threads = [threading.Thread(target=self.send, daemon=True) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.5)
            print(f"{time.monotonic() - began:6.1f} s  {self.confirmed:7,} confirmed", flush=True)
        if self.failures:
            raise self.failures[0]


def name_of(index):
    return f"{PREFIX}{index % COUNTERS}"


def increment(client, index):
    path = "/v1/counters/" + name_of(index).replace("/", "%2F")
    response, body = client.request_until_answered("POST", path, {"Idempotency-Key": f"demo-{index}"})
    if json.loads(body)["applied"] != 1:
        raise Failure(f"{path}: {body.decode()}")
    return response, body


def values_at(server):
    client = Client(server, time.monotonic() + 30)
    _, body = client.request_until_answered("GET", f"/v1/counters?limit=1000&prefix={PREFIX}", {})
    return {each["name"]: each["value"] for each in json.loads(body)["counters"]}


def send_again(load):
    """Returns how many of the keys bring another reply than before."""
    client = Client(load.address, load.end)
    return sum(increment(client, index)[1] != body for index, body in load.replies.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--at-half", type=pathlib.Path)
    parser.add_argument("address")
    parser.add_argument("number", type=int)
    parser.add_argument("servers", nargs="*")
    given = parser.parse_args()
    load = Load(given.address, given.number, given.at_half)
    load.run()
    print(f"Longest time without a confirmation: {load.gap:.2f} s")
    print(f"Requests that had to be sent again: {load.repeats}, of which {load.replays} had already been counted")
    wrong = send_again(load)
    print(f"Keys sent once more at the end: {len(load.replies)}, of which {wrong} brought another reply than before")
    for server in given.servers:
        values = values_at(server)
        differing = [name for name in load.expected | values if values.get(name) != load.expected[name]]
        wrong += len(differing)
        print(f"{load.confirmed:,} increments confirmed, {sum(values.values()):,} counted, says {server}"
              + (f"; {len(differing)} counters differ, as {differing[0]}" if differing else ""))
    return 1 if wrong or load.confirmed != given.number else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"The client gives up: {failure}")
