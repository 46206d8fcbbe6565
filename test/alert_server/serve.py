#!/usr/bin/env python3
"""A local webhook that takes POSTs of {"text": "..."}, for tests.

It prints its port as one line and ends when its standard input is closed.  README.md has the
control protocol.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

sys.path.append(str(Path(__file__).resolve().parent.parent))
from local_journal import Journal


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
            state.script = json.loads(body)["items"]
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
        state.note(entry)
        if item.get("hang"):
            self.rfile.read(1)  # until the other end closes the connection
            return state.note(entry, outcome="client_left")
        self.answer(item.get("status", 200), b"ok")
        state.note(entry, outcome="answered")

    def do_GET(self):
        numbers = dict(parse_qsl(urlsplit(self.path).query))
        self.answer(200, json.dumps(self.server.state.wait(**numbers)).encode())


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.state = Journal()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
