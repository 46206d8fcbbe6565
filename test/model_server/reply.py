"""A reply to one request, before it is decided in what manner it is sent."""

import base64
import gzip
import json
from dataclasses import dataclass, field
from http import HTTPStatus


def reason(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded" if status == 529 else "Unknown"


@dataclass
class Reply:
    status: int
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    reason: str | None = None

    def head(self, length):
        """The head of the answer; `length` is the framing: a header line, or nothing."""
        lines = [f"HTTP/1.1 {self.status} {self.reason or reason(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if length:
            lines.append(length)
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def json_reply(value, status=200, headers=None):
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"content-type": "application/json", **(headers or {})})


def raw_reply(given):
    """Status, headers and body to the letter, as an item's `raw` has them."""
    body = given.get("body", "").encode()
    if "body_base64" in given:
        body = base64.b64decode(given["body_base64"])
    return Reply(given.get("status", 200), body * given.get("times", 1),
                 dict(given.get("headers", {})), given.get("reason"))


def compressed(reply, how):
    """The reply as gzip, or as what only claims to be that."""
    body = b"this is no gzip " * 4 if how == "garbage" else gzip.compress(reply.body, 6, mtime=0)
    return Reply(reply.status, body, {**reply.headers, "content-encoding": "gzip"}, reply.reason)
