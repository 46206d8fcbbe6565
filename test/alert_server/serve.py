#!/usr/bin/env python3
"""A local webhook that takes POSTs of {"text": "..."}, for tests.

It prints its port as one line and ends when its standard input is closed.  README.md has the
control protocol.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class State:
    """What the requests share; every change of the journal wakes those who wait for it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.reset()

    def reset(self):
        self.journal, self.items = [], []

    def next_item(self):
        if self.items and self.items[0].get("times") == "always":
            return self.items[0]
        return self.items.pop(0) if self.items else {}

    def note(self, entry, outcome):
        with self.changed:
            entry["outcome"] = outcome
            self.changed.notify_all()

    def wait(self, timeout_ms=0, **wanted):
        """The journal, as soon as its numbers are at least (_is: exactly) the wanted ones."""
        def now():
            return {"requests": len(self.journal),
                    "in_flight": sum(entry["outcome"] == "open" for entry in self.journal)}

        def reached():
            return all(now()[name.removesuffix("_is")] == int(value) if name.endswith("_is")
                       else now()[name] >= int(value) for name, value in wanted.items())

        with self.changed:
            done = self.changed.wait_for(reached, int(timeout_ms) / 1000)
            return {"reached": done, **now(), "journal": self.journal}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        state = self.server.state
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if self.path == "/_script":
            state.items = json.loads(body)["items"]
        elif self.path == "/_reset":
            state.reset()
        else:
            return self.take(state, body.decode())
        self.answer(200, b"{}")

    def take(self, state, body):
        item = state.next_item()
        entry = {"path": self.path, "type": self.headers["content-type"], "body": body,
                 "outcome": "open"}
        state.journal.append(entry)
        state.note(entry, "open")
        if item.get("hang"):
            self.rfile.read(1)  # until the other end closes the connection
            return state.note(entry, "client_left")
        self.answer(item.get("status", 200), b"ok")
        state.note(entry, "answered")

    def do_GET(self):
        numbers = dict(parse_qsl(urlsplit(self.path).query))
        self.answer(200, json.dumps(self.server.state.wait(**numbers)).encode())


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.state = State()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
