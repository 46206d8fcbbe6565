"""Each scripted answer and each fault, once."""

import gzip
import hashlib
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from testing import (HEADERS, MESSAGES, RunningServer, ServerTest, asking, chunk,
                     receive, request, split)

GOOD = '{"facts":["a"]}'


class AnswerTest(ServerTest):
    def test_text(self):
        self.script({"text": GOOD}, {"text": "{", "stop_reason": "max_tokens"})
        answer = self.ask().json
        self.assertEqual(answer["content"], [{"type": "text", "text": GOOD}])
        self.assertEqual((answer["stop_reason"], answer["usage"]["output_tokens"]), ("end_turn", 4))
        self.assertEqual(self.ask().json["stop_reason"], "max_tokens")
        self.assertEqual(self.ask().text, '{"facts": []}')  # the script is used up

    def test_content_usage_and_more(self):
        content = [{"type": "brand_new", "x": 1}, {"type": "text", "text": GOOD}]
        self.script({"content": content, "usage": {"input_tokens": 7, "odd": {}},
                     "extra": {"container": None}, "stop_details": {"type": "refusal"},
                     "stop_reason": "refusal", "headers": {"x-odd": "1"}})
        answer = self.ask()
        self.assertEqual(answer.json["content"], content)
        self.assertEqual(answer.json["usage"]["input_tokens"], 7)
        self.assertIn("container", answer.json)
        self.assertEqual(answer.json["stop_details"], {"type": "refusal"})
        self.assertEqual(answer.headers["x-odd"], "1")

    def test_errors(self):
        for status, kind in ((400, "invalid_request_error"), (401, "authentication_error"),
                             (402, "billing_error"), (403, "permission_error"),
                             (404, "not_found_error"), (408, "timeout_error"),
                             (409, "conflict_error"), (413, "request_too_large"),
                             (429, "rate_limit_error"), (500, "api_error"),
                             (504, "timeout_error"), (529, "overloaded_error")):
            with self.subTest(status):
                self.script({"error": {"status": status, "message": "m"}})
                answer = self.ask()
                self.assertEqual((answer.status, answer.json["error"]),
                                 (status, {"type": kind, "message": "m"}))
                self.assertEqual(answer.json["request_id"], answer.headers["request-id"])

    def test_an_error_with_details_and_headers(self):
        details = {"error_code": "enforced_spend_limit_reached"}
        self.script({"error": {"status": 429, "type": "odd", "message": "m", "details": details,
                               "headers": {"retry-after": "1", "x-should-retry": "false"}}})
        answer = self.ask()
        self.assertEqual(answer.json["error"], {"type": "odd", "message": "m", "details": details})
        self.assertEqual(answer.headers["retry-after"], "1")
        self.assertEqual(answer.headers["x-should-retry"], "false")
        self.assertEqual(answer.headers["anthropic-ratelimit-tokens-remaining"], "0")

    def test_a_limit_of_requests_a_minute(self):
        self.script(requests_per_minute=60, request_burst=2)
        answers = [self.ask() for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [200, 200, 429])
        limit = "anthropic-ratelimit-requests-"
        self.assertEqual([a.headers[limit + "remaining"] for a in answers], ["1", "0", "0"])
        self.assertEqual(answers[2].headers[limit + "limit"], "60")
        self.assertEqual(answers[2].headers["retry-after"], "1")
        self.assertEqual(answers[2].headers["anthropic-ratelimit-output-tokens-remaining"],
                         "399000")

    def test_raw(self):
        html = {"content-type": "text/html"}
        self.script({"raw": {"status": 502, "reason": "Odd", "headers": html, "body": "<h1>"}},
                    {"raw": {"body_base64": "/w==", "times": 3}}, {"raw": {"status": 503}},
                    {"raw": {"status": 307, "headers": {"location": "http://127.0.0.2/"}}},
                    {"raw": {"headers": {"content-length": "9"}, "body": "short"}})
        answer = self.ask()
        self.assertEqual((answer.status, answer.body, answer.headers["content-type"]),
                         (502, b"<h1>", "text/html"))
        self.assertNotIn("request-id", answer.headers)
        self.assertEqual(self.ask().body, b"\xff" * 3)
        self.assertEqual(self.ask().body, b"")
        answer = self.ask()
        self.assertEqual((answer.status, answer.headers["location"]), (307, "http://127.0.0.2/"))
        with self.assertRaises(http.client.IncompleteRead):
            self.ask()


class ChoiceTest(ServerTest):
    def test_by_kind_contains_and_times(self):
        self.script({"kind": "memory", "text": "M"},
                    {"contains": "needle", "text": "N", "times": 2},
                    {"path": "/v1/models/claude-haiku-5-5", "error": {"status": 529}})
        self.assertNotIn(self.ask().text, "MN")
        for text in ("N", "N", '{"facts": []}'):
            self.assertEqual(self.ask(request(system="needle")).text, text)
        self.assertEqual(self.ask(asking({"facts": {"dates": [], "beliefs": []}})).text, "M")
        self.assertEqual(self.call("GET", "/v1/models/claude-haiku-5-5").status, 529)

    def test_by_share_the_same_questions_every_time(self):
        self.script({"share": 0.3, "error": {"status": 500}, "times": "always"})
        first, again = ([self.ask(asking(chunk(f"I like {i}"))).status for i in range(40)]
                        for _ in range(2))
        self.assertEqual(first, again)
        self.assertTrue(2 < first.count(500) < 30, first)

    def test_a_request_that_fails_the_checks_takes_nothing(self):
        self.script({"text": GOOD})
        self.assertEqual(self.ask(request(bogus=1)).status, 400)
        self.assertEqual(self.ask().text, GOOD)

    def test_a_wrong_script_is_refused_as_a_whole(self):
        for item in ({"tex": ""}, {"text": 1}, {"drop": "odd"}, {"kind": "odd"}, {"times": 0},
                     {"text": "", "raw": {}}, {"error": {"odd": 1}}, []):
            with self.subTest(item):
                answer = self.call("POST", "/_script", {"items": [{"text": "x"}, item]}, headers={})
                self.assertEqual(answer.status, 400)
        self.assertEqual(self.control("GET", "/_script")["items"], [])
        answer = self.call("POST", "/_config", {"latency": 1}, headers={})
        self.assertEqual(answer.status, 400)


class FaultTest(ServerTest):
    def receive(self, *items):
        self.script(*items)
        return receive(self.send())

    def test_drop_request(self):
        self.assertEqual(self.receive({"drop": "request"}), (b"", False))

    def test_drop_rst(self):
        self.assertEqual(self.receive({"drop": "rst"}), (b"", True))

    def test_drop_accept(self):
        got, _ = self.receive({"drop": "accept"})
        self.assertEqual(got, b"")
        entry, = self.journal()["journal"]
        self.assertEqual((entry["outcome"], entry["complete"], entry["item"]), ("cut", None, 1))
        self.assertEqual(self.ask().status, 200)

    def test_drop_on_a_connection_that_was_used_before(self):
        connection = self.connect()
        self.ask(connection=connection)
        self.script({"drop": "request"})
        with self.assertRaises(http.client.RemoteDisconnected):
            self.ask(connection=connection)
        first, second = self.journal()["journal"]
        self.assertEqual(first["connection"], second["connection"])
        self.assertEqual(second["request_on_connection"], 2)

    def test_truncate(self):
        for end, reset in (("fin", False), ("rst", True)):
            with self.subTest(end):
                got, was_reset = self.receive({"text": GOOD, "truncate": 40, "end": end})
                head, body = split(got)
                self.assertIn("200 ok", head)
                self.assertIn("content-length: ", head)
                self.assertEqual((len(body), was_reset), (40, reset))

    def test_truncate_and_hang(self):
        self.script({"text": GOOD, "truncate": 30, "end": "hang"})
        plain = self.send()
        got = b""
        while len(split(got)[1]) < 30:
            got += plain.recv(65536)
        plain.settimeout(0.05)
        self.assertRaises(TimeoutError, plain.recv, 1)
        self.wait(in_flight=1)
        plain.close()
        self.wait(in_flight_is=0)
        self.assertEqual(self.journal()["journal"][0]["outcome"], "client_left")

    def test_chunked(self):
        text = "x" * 10_000
        self.script({"text": text, "chunked": True}, {"text": text, "chunked": True,
                                                      "truncate": 5000})
        answer = self.ask()
        self.assertEqual(answer.headers["transfer-encoding"], "chunked")
        self.assertEqual(answer.text, text)
        with self.assertRaises(http.client.IncompleteRead):
            self.ask()

    def test_no_length(self):
        got, _ = self.receive({"text": GOOD, "no_length": True})
        head, body = split(got)
        self.assertNotIn("content-length", head)
        self.assertEqual(json.loads(body)["content"][0]["text"], GOOD)
        got, was_reset = self.receive({"text": GOOD, "no_length": True, "truncate": 40})
        self.assertEqual((len(split(got)[1]), was_reset), (40, False))

    def test_gzip(self):
        self.script({"text": GOOD, "gzip": True}, {"gzip": "garbage"},
                    {"text": GOOD, "gzip": True, "no_length": True, "truncate": 20})
        answer = self.ask()
        self.assertEqual(answer.headers["content-encoding"], "gzip")
        self.assertIn("facts", gzip.decompress(answer.body).decode())
        self.assertRaises(gzip.BadGzipFile, gzip.decompress, self.ask().body)
        self.assertEqual(len(self.ask().body), 20)

    def test_a_bomb(self):
        self.script({"raw": {"body": "x", "times": 20_000_000}, "gzip": True})
        self.assertLess(len(self.ask().body), 30_000)

    def test_drip(self):
        self.script({"raw": {"body": "abcdef"}, "drip": {"bytes": 2, "every_ms": 10}})
        begin = time.monotonic()
        self.assertEqual(self.ask().body, b"abcdef")
        self.assertGreaterEqual(time.monotonic() - begin, 0.02)

    def test_delay_and_latency(self):
        self.script({"delay_ms": 0}, latency_ms=60)
        begin = time.monotonic()
        self.ask()
        fast = time.monotonic()
        self.ask()
        self.assertGreaterEqual(time.monotonic() - fast, 0.06)
        first, second = self.journal()["journal"]
        self.assertGreaterEqual(second["answered"] - second["complete"], 0.055)
        self.assertLess(first["answered"] - first["complete"], 0.055, fast - begin)

    def test_expect(self):
        body = json.dumps(request())
        head = (f"POST {MESSAGES} HTTP/1.1\r\nexpect: 100-continue\r\n"
                f"content-length: {len(body)}\r\n")
        head += "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()) + "\r\n"
        for ignored in (False, True):
            with self.subTest(ignored=ignored):
                self.script(ignore_expect=ignored)
                with socket.create_connection(("127.0.0.1", self.server.port), 10) as plain:
                    plain.sendall(head.encode())
                    if not ignored:
                        self.assertEqual(plain.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
                    plain.sendall(body.encode())
                    self.assertIn(b"200 OK", plain.recv(20))

    def test_a_large_request_arrives_as_it_was_sent(self):
        body = json.dumps(request(system="é\U0001f600" * 100_000), ensure_ascii=False).encode()
        self.script(models=[], context=10**7)
        self.assertEqual(self.ask(body).status, 200)
        entry, = self.journal()["journal"]
        self.assertEqual(entry["body_sha256"], hashlib.sha256(body).hexdigest())
        self.assertEqual(entry["body"].encode(), body)

    def test_retry_after_on_200(self):
        self.script(retry_after_on_200=25)
        self.assertEqual(self.ask().headers["retry-after"], "25")

    def test_hold_and_release(self):
        self.script({"text": "1", "hold": True}, {"text": "2", "hold": True})
        open_requests = [self.send(headers={"connection": "close"}) for _ in range(2)]
        stats = self.wait(held=2)
        self.assertEqual((stats["in_flight"], stats["peak"], stats["answered"]), (2, 2, 0))
        self.assertEqual(self.control("POST", "/_release", {"count": 1}), {"released": 1})
        self.wait(answered=1)
        self.assertEqual(self.control("POST", "/_release"), {"released": 1})
        for plain in open_requests:
            self.assertIn(b"200 OK", receive(plain)[0])

    def test_a_release_counts_however_early(self):
        self.script({"text": "1", "hold": True, "delay_ms": 200})
        plain = self.send(headers={"connection": "close"})
        self.wait(requests=1, held=1)
        self.assertEqual(self.control("POST", "/_release"), {"released": 1})
        self.assertIn(b"200 OK", receive(plain)[0])

    def test_an_endless_answer(self):
        self.script({"text": GOOD * 1000, "endless": True})
        plain = self.send()
        received = 0
        while received < 20_000_000:
            received += len(plain.recv(1_000_000))
        self.assertEqual(self.wait(in_flight=1)["answered"], 0)
        plain.close()
        self.wait(in_flight_is=0)
        entry, = self.journal()["journal"]
        self.assertEqual(entry["outcome"], "client_left")

    def test_everything_can_be_held(self):
        self.script(hold=True)
        plain = self.send(headers={"connection": "close"})
        self.wait(held=1)
        self.control("POST", "/_config", {"hold": False})
        self.assertIn(b"200 OK", receive(plain)[0])


class TlsTest(unittest.TestCase):
    @unittest.skipUnless(shutil.which("openssl"), "openssl makes the certificate")
    def test_a_certificate_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = (str(Path(folder) / name) for name in ("cert.pem", "key.pem"))
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert,
                            "-days", "2", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
            server = RunningServer("--tls-cert", cert, "--tls-key", key)
            self.addCleanup(server.stop)
            trusting = ssl.create_default_context(cafile=cert)
            for context, good in ((trusting, True), (ssl.create_default_context(), False)):
                connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10,
                                                         context=context)
                self.addCleanup(connection.close)
                if good:
                    connection.request("POST", MESSAGES, json.dumps(request()), HEADERS)
                    self.assertEqual(connection.getresponse().status, 200)
                else:
                    self.assertRaises(ssl.SSLCertVerificationError, connection.connect)


if __name__ == "__main__":
    unittest.main()
