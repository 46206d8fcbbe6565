"""The journal: what was asked, when, over which connection, and how many at a time."""

import asyncio
import base64
import hashlib
import time

_SECRET = ("x-api-key", "authorization")


class Entry:
    """One request.  Times are seconds since the epoch, None while they have not come."""

    __slots__ = ("number", "connection", "request_on_connection", "method", "path", "headers",
                 "key_sent", "body", "body_bytes", "body_sha256", "kind", "question", "request_id",
                 "arrived", "complete", "answered", "in_flight", "status", "outcome", "item", "usage")

    def __init__(self, number, connection, request_on_connection, method, path, headers):
        self.number = number
        self.connection = connection
        self.request_on_connection = request_on_connection
        self.method = method
        self.path = path
        self.headers = [[name, "(sent)" if name.lower() in _SECRET else value]
                        for name, value in headers]
        self.key_sent = any(name.lower() in _SECRET and value for name, value in headers)
        self.arrived = time.time()
        self.body = self.body_sha256 = self.kind = self.question = self.request_id = None
        self.complete = self.answered = self.status = self.item = self.usage = None
        self.body_bytes = self.in_flight = 0
        self.outcome = "open"

    def show(self, with_body):
        shown = {name: getattr(self, name) for name in self.__slots__ if name != "body"}
        if with_body and self.body is not None:
            try:
                shown["body"] = self.body.decode()
            except UnicodeDecodeError:
                shown["body_base64"] = base64.b64encode(self.body).decode()
        return shown


class Journal:
    """`in_flight` is the number of requests whose head has come and whose answer has not been
    written yet; `peak` the largest number since the last reset."""

    def __init__(self):
        self.entries = []
        self.in_flight = 0
        self.peak = 0
        self.answered = 0
        self.connections = 0
        self.keep_bodies = True
        self._changed = []  # futures of those who wait

    def reset(self):
        self.entries = []
        self.peak = self.in_flight
        self.answered = 0
        self.connections = 0
        self.keep_bodies = True

    def begin(self, connection, request_on_connection, method, path, headers):
        entry = Entry(len(self.entries) + 1, connection, request_on_connection, method, path,
                      headers)
        self.entries.append(entry)
        if request_on_connection == 1:
            self.connections += 1
        self.in_flight += 1
        entry.in_flight = self.in_flight
        self.peak = max(self.peak, self.in_flight)
        self.tell()
        return entry

    def whole(self, entry, body):
        """The request has come as a whole."""
        entry.complete = time.time()
        entry.body_bytes = len(body)
        entry.body_sha256 = hashlib.sha256(body).hexdigest()
        if self.keep_bodies:
            entry.body = body
        self.tell()

    def end(self, entry, outcome):
        """outcome: answered, cut (a scripted fault), client_left."""
        if entry.outcome != "open":
            return
        entry.outcome = outcome
        entry.answered = time.time()
        self.in_flight -= 1
        if entry in self.entries[entry.number - 1:entry.number]:  # else it was asked before a reset
            self.answered += 1
        self.tell()

    def stats(self):
        return {"requests": len(self.entries), "answered": self.answered,
                "in_flight": self.in_flight, "peak": self.peak, "connections": self.connections}

    def show(self, first=1, kind=None, with_bodies=True):
        chosen = [entry.show(with_bodies) for entry in self.entries[max(first, 1) - 1:]
                  if kind is None or entry.kind == kind]
        return {**self.stats(), "journal": chosen}

    def tell(self):
        """Something has changed: those who wait look again."""
        for future in self._changed:
            if not future.done():
                future.set_result(None)
        self._changed.clear()

    async def wait(self, reached, timeout):
        """Waits until reached() is true.  False if that takes longer than `timeout` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while not reached():
            future = loop.create_future()
            self._changed.append(future)
            left = end - loop.time()
            if left <= 0 or not (await asyncio.wait([future], timeout=left))[0]:
                return False
        return True
