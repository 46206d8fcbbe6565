#!/usr/bin/env python3
"""A local server of Supabase Storage's GET /storage/v1/object/{bucket}/{user}/{file}, for tests.

Run as "serve.py KEY", it prints its port as one line and ends when its standard input is closed.
README.md has the control protocol.
"""

import gzip
import hashlib
import json
import select
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

sys.path.append(str(Path(__file__).resolve().parent.parent))
from local_journal import Journal

_OBJECTS = "/storage/v1/object/"
_FAULT = {"status", "headers", "body", "gzip", "cut", "hang", "drip", "times"}


def etag(body):
    return f'"{hashlib.md5(body).hexdigest()}"'


def said(status, error, message):
    """The body of an error, which Storage answers with HTTP 400."""
    return json.dumps({"statusCode": str(status), "error": error, "message": message}).encode()


class State(Journal):
    def __init__(self, key):
        self.key, self.objects = key, {}
        super().__init__()

    def reset(self):
        super().reset()
        self.released = threading.Event()

    def numbers(self):
        return {**super().numbers(), "sent": sum(entry["bytes"] for entry in self.journal)}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def control(self, answer):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer or {}).encode())

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.state.objects[unquote(self.path.removeprefix("/_objects/"))] = body
        self.control({"etag": etag(body)})

    def do_POST(self):
        state = self.server.state
        given = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")
        if self.path == "/_fault":
            assert given.keys() <= _FAULT, given
            return self.control(state.script.append(given))
        state.released.set()
        self.control(state.reset() if self.path == "/_reset" else None)

    def do_GET(self):
        raw = self.requestline.split(" ")[1]  # self.path is not what was sent when that begins with //
        if raw.startswith("/_"):
            return self.control(self.server.state.wait(**dict(parse_qsl(urlsplit(raw).query))))
        state, seen = self.server.state, {name.lower(): value for name, value in self.headers.items()}
        right = {"authorization": f"Bearer {state.key}", "apikey": state.key}
        wrong = [name for name in right if seen.get(name) != right[name]]
        shown = {name: "(right)" if value == right.get(name) else value for name, value in seen.items()}
        entry = {"path": raw, "headers": shown, "status": 0, "bytes": 0, "outcome": "open", "time": time.time()}
        with state.changed:
            state.journal.append(entry)
            fault, released = state.next_item(), state.released
        content = state.objects.get(unquote(raw.removeprefix(_OBJECTS))) if raw.startswith(_OBJECTS) else None
        status, headers, body = 400, {}, said(404, "not_found", "Object not found")
        if "apikey" in wrong:  # the gateway in front says it itself
            status, body = 401, b'{"message":"Invalid API key"}'
        elif wrong:
            body = said(403, "Unauthorized", "Invalid Compact JWS")
        elif content is not None:
            status, headers, body = 200, {"etag": etag(content)}, content
        if status == 200 and seen.get("if-none-match") == headers["etag"]:
            status, body = 304, b""
        status, body = fault.get("status", status), fault["body"].encode() if "body" in fault else body
        if fault.get("gzip"):
            headers["content-encoding"], body = "gzip", gzip.compress(body)
        headers |= {"content-length": str(len(body))} | fault.get("headers", {})
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            state.note(entry, status=status)
            self.send_body(entry, body, fault, released)
        except OSError:
            state.note(entry, outcome="client_left")

    def send_body(self, entry, body, fault, released):
        end, hang = fault.get("cut", len(body)), fault.get("hang", len(body) + 1)
        piece, pause_ms = fault.get("drip", (1 << 20, 0))
        at = 0
        while at < end or at == hang:
            if self.leaves_before(released, 3600 if at == hang else pause_ms / 1000):
                raise ConnectionError
            to = min(at + piece, end, hang if at < hang else end)
            self.wfile.write(body[at:to])
            self.server.state.note(entry, bytes=to)
            at, hang = to, hang if at < hang else -1
        self.server.state.note(entry, outcome="cut" if end < len(body) else "answered")

    def leaves_before(self, released, seconds):
        """Waits for so long, or until released; true if the client leaves first."""
        end = time.monotonic() + seconds
        while not released.is_set() and (left := end - time.monotonic()) > 0:
            if select.select([self.connection], [], [], min(left, 0.02))[0]:
                return True
        return False


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.state = State(sys.argv[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
