"""What the server's own tests share: a running server, and a client of a few lines."""

import http.client
import json
import socket
import subprocess
import sys
import unittest
from pathlib import Path

HEADERS = {"x-api-key": "sk-ant-test", "anthropic-version": "2023-06-01",
           "content-type": "application/json"}
FACTS_SCHEMA = {
    "type": "object", "properties": {"facts": {"type": "array", "items": {"type": "string"}}},
    "required": ["facts"], "additionalProperties": False,
}
MESSAGES = "/v1/messages"


def request(**changes):
    """The parameters of a good request; a change to None leaves the field out."""
    params = {
        "model": "claude-haiku-4-5-20251001", "max_tokens": 2048, "temperature": 0.3, "system": "S",
        "messages": [{"role": "user", "content": "U"}],
        "output_config": {"format": {"type": "json_schema", "schema": FACTS_SCHEMA}}, **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


def asking(document, **changes):
    """A request whose material is this document."""
    text = json.dumps(document, ensure_ascii=False) + "\n\nAnswer with JSON."
    return request(messages=[{"role": "user", "content": text}], **changes)


def chunk(*texts, date="2024-03-01"):
    messages = [{"date": date, "role": "user", "text": text} for text in texts]
    return {"conversations": [{"title": "T", "messages": messages}]}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return "".join(block.get("text", "") for block in self.json["content"])

    @property
    def message(self):
        """Of an error."""
        return self.json["error"]["message"]


class RunningServer:
    def __init__(self, *options):
        serve = Path(__file__).with_name("serve.py")
        self.process = subprocess.Popen([sys.executable, str(serve), *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        """As whoever started it would: by closing the pipe."""
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.control("POST", "/_reset")

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        self.addCleanup(connection.close)
        return connection

    def call(self, method, path, body=None, headers=None, connection=None):
        connection = connection or self.connect()
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection.request(method, path, body, HEADERS if headers is None else headers)
        return Answer(connection.getresponse())

    def ask(self, params=None, **more):
        return self.call("POST", MESSAGES, request() if params is None else params, **more)

    def control(self, method, path, body=None):
        answer = self.call(method, path, body, headers={})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def script(self, *items, **config):
        return self.control("POST", "/_script", {"items": list(items), "config": config})

    def journal(self, options=""):
        return self.control("GET", "/_journal" + options)

    def wait(self, **wanted):
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        stats = self.control("GET", "/_wait?" + query)
        self.assertTrue(stats["reached"], stats)
        return stats

    def send(self, params=None, headers=None):
        """A request over a bare socket, which has not been answered yet."""
        body = json.dumps(request() if params is None else params).encode()
        lines = [f"POST {MESSAGES} HTTP/1.1", "host: test", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in {**HEADERS, **(headers or {})}.items()]
        plain = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        self.addCleanup(plain.close)
        plain.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return plain


def receive(plain):
    """All that comes over a socket, and whether it ended with a reset."""
    got = b""
    while True:
        try:
            more = plain.recv(65536)
        except ConnectionResetError:
            return got, True
        if not more:
            return got, False
        got += more


def split(answer):
    """The head and the body of what was received."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode().lower(), body
