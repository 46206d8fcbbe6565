"""The server's life, its journal, its own answers, and the endpoints beside messages."""

import hashlib
import http.client
import json
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from testing import HEADERS, MESSAGES, RunningServer, ServerTest, asking, chunk, request

BATCHES = "/v1/messages/batches"
CATEGORIES = ("person", "preferences", "projects", "dates", "beliefs", "decisions")
HEADINGS = ("## Personal Facts", "## Preferences", "## Projects", "## Important Dates",
            "## Beliefs & Values", "## Decisions & Context")
USAGE = {"input_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
         "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
         "output_tokens": 4, "service_tier": "standard", "inference_geo": "not_available"}


class LifeTest(unittest.TestCase):
    def test_ends_when_its_input_is_closed(self):
        server = RunningServer()
        self.assertEqual(server.stop(), 0)

    def test_ends_with_sigterm_in_the_middle_of_an_answer(self):
        server = RunningServer()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", "/_config", '{"latency_ms": 60000}')
        connection.getresponse().read()
        connection.request("POST", MESSAGES, json.dumps(request()), HEADERS)
        server.process.terminate()
        self.assertEqual(server.process.wait(10), 0)
        server.stop()
        connection.close()

    def test_lives_without_a_pipe_and_writes_its_port(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "port"
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("serve.py")), "--port-file",
                 str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            port = int(process.stdout.readline())
            self.assertEqual(path.read_text(), f"{port}\n")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/_stats")
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()
            process.terminate()
            self.assertEqual(process.wait(10), 0)
            process.stdout.close()


class JournalTest(ServerTest):
    def test_what_it_holds(self):
        params = asking(chunk("I like tea."))
        self.ask(params)
        whole = self.journal()
        entry, = whole["journal"]
        self.assertEqual((whole["requests"], whole["answered"], whole["in_flight"], whole["peak"],
                          whole["connections"]), (1, 1, 0, 1, 1))
        self.assertEqual((entry["method"], entry["path"], entry["kind"], entry["status"],
                          entry["outcome"]), ("POST", MESSAGES, "facts", 200, "answered"))
        self.assertEqual(entry["body"], json.dumps(params))
        self.assertEqual(entry["body_sha256"],
                         hashlib.sha256(json.dumps(params).encode()).hexdigest())
        self.assertLessEqual(entry["arrived"], entry["complete"])
        self.assertLessEqual(entry["complete"], entry["answered"])

    def test_the_key_is_not_in_it(self):
        self.ask(headers={**HEADERS, "Authorization": "Bearer sk-ant-secret"})
        whole = self.journal()
        self.assertNotIn("sk-ant", json.dumps(whole))
        self.assertTrue(whole["journal"][0]["key_sent"])
        self.assertIn(["x-api-key", "(sent)"], whole["journal"][0]["headers"])

    def test_a_question_is_known_whatever_stands_around_its_document(self):
        first, again, other = chunk("I like tea."), chunk("I like tea."), chunk("I like tee.")
        for nonce, document in (("a", first), ("b", again), ("c", other)):
            text = f"--- {nonce} ---\n{json.dumps(document)}\n--- {nonce} ---\nNote."
            self.ask(request(messages=[{"role": "user", "content": text}]))
        keys = [entry["question"] for entry in self.journal()["journal"]]
        self.assertEqual((keys[0] == keys[1], keys[0] == keys[2]), (True, False))

    def test_choices(self):
        self.script(journal_bodies=False)
        self.ask()
        self.control("POST", "/_config", {"journal_bodies": True})
        self.ask(asking(chunk("I like tea.")))
        self.assertNotIn("body", self.journal()["journal"][0])
        self.assertNotIn("body", self.journal("?bodies=0&from=2")["journal"][0])
        self.assertEqual([entry["number"] for entry in self.journal("?kind=facts")["journal"]], [2])

    def test_peak(self):
        self.script(latency_ms=50)
        askers = [threading.Thread(target=self.ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        self.wait(peak=3)
        for asker in askers:
            asker.join()
        self.assertEqual(self.wait(in_flight_is=0)["peak"], 3)
        self.assertEqual(sorted(e["in_flight"] for e in self.journal()["journal"]), [1, 2, 3])

    def test_reset(self):
        self.script({"text": "x"}, latency_ms=1, api_key="other")
        self.ask()
        self.control("POST", "/_reset")
        self.assertEqual(self.journal()["journal"], [])
        self.assertEqual(self.ask().text, '{"facts": []}')

    def test_waiting_has_an_end(self):
        self.assertFalse(self.control("GET", "/_wait?requests=1&timeout_ms=1")["reached"])


class OwnAnswerTest(ServerTest):
    def test_the_shape_of_an_answer(self):
        answer = self.ask()
        self.assertEqual(answer.json, {
            "model": "claude-haiku-4-5-20251001", "id": answer.json["id"], "type": "message",
            "role": "assistant", "content": [{"type": "text", "text": '{"facts": []}'}],
            "stop_reason": "end_turn", "stop_sequence": None, "stop_details": None, "usage": USAGE})
        self.assertRegex(answer.json["id"], "^msg_")
        self.assertRegex(answer.headers["request-id"], "^req_")
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertIn("anthropic-ratelimit-tokens-reset", answer.headers)
        self.assertEqual(self.ask(request(model="claude-haiku-4-5")).json["model"],
                         "claude-haiku-4-5-20251001")

    def test_facts(self):
        user = "I really love dark tea. I'm working on a boat. We decided to stay.\nI believe in " \
               "rain. The launch is on 2024-05-01. I live in Porto."
        document = chunk(user)
        document["conversations"][0]["messages"].append({"role": "assistant", "text": "I like cats."})
        first, again = (json.loads(self.ask(asking(document)).text) for _ in range(2))
        self.assertEqual(first, again)
        self.assertEqual(tuple(first), CATEGORIES)
        self.assertEqual([len(items) for items in first.values()], [1, 1, 1, 1, 1, 1])
        for items in first.values():
            self.assertIn(items[0]["quote"], user)
        self.assertEqual(first["dates"][0]["date"], "2024-05-01")
        small_talk = json.loads(self.ask(asking(chunk("How do I cook rice?"))).text)
        self.assertEqual(small_talk["preferences"][0]["quote"], "How do I cook rice?")

    def test_facts_of_several_conversations_and_days(self):
        document = {"conversations": [
            {"title": "A", "messages": [{"date": "2024-03-01", "role": "user", "text": "Good day."},
                                        {"role": "user", "text": "I love dark tea."},
                                        {"date": "2024-03-02", "role": "user",
                                         "text": "We decided to stay."}]},
            {"title": "B", "messages": [{"date": "2024-03-03", "role": "user",
                                         "text": "Which way is the station?"}]}]}
        facts = json.loads(self.ask(asking(document)).text)
        self.assertEqual([fact["quote"] for fact in facts["preferences"]],
                         ["I love dark tea.", "Which way is the station?"])
        self.assertEqual(facts["decisions"][0]["context"], "said on 2024-03-02")

    def test_an_answer_longer_than_max_tokens_is_cut(self):
        answer = self.ask(asking(chunk("I love tea and rain."), max_tokens=10)).json
        self.assertEqual((answer["stop_reason"], answer["usage"]["output_tokens"]),
                         ("max_tokens", 10))

    def test_reduce(self):
        items = [{"id": i, "text": f"Likes {i}", "times": 1, "first": "2024-03-01",
                  "last": f"2024-03-0{i + 1}"} for i in range(5)]
        reduced = json.loads(self.ask(asking({"facts": {"preferences": items}})).text)
        self.assertEqual(reduced, {"preferences": [{"text": "Likes 1", "from": [0, 1]},
                                                   {"text": "Likes 4", "from": [2, 3, 4]}]})

    def test_memory(self):
        facts = {category: [] for category in CATEGORIES}
        facts["projects"] = [{"name": "Boat", "description": "of wood", "said": "2024-03-01"}]
        memory = self.ask(asking({"facts": facts}, output_config=None)).text
        self.assertEqual([line for line in memory.splitlines() if line.startswith("#")],
                         list(HEADINGS))
        self.assertIn("- Boat (of wood; said on 2024-03-01)", memory)
        self.assertEqual(memory.count("No data yet."), 5)

    def test_changes(self):
        items = [{"id": i, "text": f"Lives in {i}", "said": f"2024-03-0{i + 1}"} for i in range(2)]
        self.assertEqual(self.ask(asking({"facts": {"person": items}})).text, '{"superseded": []}')
        self.assertEqual(self.journal()["journal"][0]["kind"], "changes")

    def test_name(self):
        document = {name: {} for name in ("soul", "identity", "user", "agents", "tools")}
        first, again = (json.loads(self.ask(asking(document)).text) for _ in range(2))
        self.assertEqual(first, again)
        self.assertEqual(list(first), ["ai_name"])
        self.assertEqual(self.journal()["journal"][0]["kind"], "name")

    def test_sections(self):
        text = ('=== Conversation: "T" (2024-03-20) ===\nUser: hi\n\n'
                "## MEMORY (verified facts about this user)\n## Preferences\n\n- My name is Ada\n")
        answer = self.ask(request(messages=[{"role": "user", "content": text}], max_tokens=8192))
        sections = json.loads(answer.text)
        self.assertEqual(list(sections), ["soul", "identity", "user", "agents", "tools"])
        self.assertEqual(sections["user"]["name"], "Ada")
        self.assertNotIn(sections["identity"]["ai_name"].lower(), ("", "assistant", "soul"))
        self.assertEqual(self.journal()["journal"][0]["kind"], "sections")

    def test_a_document_of_another_shape_is_no_question_of_ours(self):
        for document in ({"conversations": [{"messages": [None]}]}, {"conversations": [1]},
                         {"facts": {"dates": [1]}}, {"facts": {"dates": [{"event": 1}]}},
                         {"facts": {"odd": []}}, {"facts": {}}):
            with self.subTest(document):
                self.assertEqual(self.ask(asking(document)).text, '{"facts": []}')

    def test_a_model_that_thinks(self):
        params = request(model="claude-haiku-5-5", temperature=None)
        self.assertEqual([block["type"] for block in self.ask(params).json["content"]],
                         ["thinking", "text"])
        params["thinking"] = {"type": "disabled"}
        self.assertEqual([block["type"] for block in self.ask(params).json["content"]], ["text"])

    def test_a_forced_tool(self):
        tool = {"name": "emit", "input_schema": {"type": "object"}}
        answer = self.ask(request(tools=[tool], tool_choice={"type": "tool", "name": "emit"})).json
        block, = answer["content"]
        self.assertEqual((answer["stop_reason"], block["type"], block["name"], block["input"]),
                         ("tool_use", "tool_use", "emit", {}))


class OtherEndpointsTest(ServerTest):
    def test_count_tokens(self):
        path = MESSAGES + "/count_tokens"
        params = request(max_tokens=None, system="x" * 399)
        self.assertEqual(self.call("POST", path, params).json, {"input_tokens": 100})
        self.assertEqual(self.call("POST", path, request()).message,
                         "max_tokens: Extra inputs are not permitted")

    def test_models(self):
        model = self.call("GET", "/v1/models/claude-haiku-4-5").json
        self.assertEqual((model["id"], model["lifecycle"], model["max_input_tokens"],
                          model["max_tokens"]),
                         ("claude-haiku-4-5-20251001", "active", 200_000, 64_000))
        answer = self.call("GET", "/v1/models/gpt")
        self.assertEqual((answer.status, answer.message), (404, "model: gpt"))

    def create(self, *ids, **params):
        requests = [{"custom_id": i, "params": params or request()} for i in ids]
        return self.call("POST", BATCHES, {"requests": requests})

    def results(self, batch):
        body = self.call("GET", f"{BATCHES}/{batch['id']}/results").body.decode()
        return [json.loads(line) for line in body.splitlines()]

    def test_a_batch_from_create_to_delete(self):
        self.script({"custom_id": "bad", "error": {"status": 529, "message": "m"}},
                    {"custom_id": "late", "result": "expired"}, {"custom_id": "two", "twice": True})
        requests = [{"custom_id": i, "params": request()} for i in ("good", "bad", "late", "two")]
        requests.append({"custom_id": "wrong", "params": request(bogus=1)})
        batch = self.call("POST", BATCHES, {"requests": requests}).json
        path = f"{BATCHES}/{batch['id']}"
        self.assertEqual((batch["processing_status"], batch["request_counts"]["processing"],
                          batch["results_url"]), ("in_progress", 5, None))
        self.assertEqual(self.call("GET", path).json["processing_status"], "in_progress")
        self.assertEqual(self.call("GET", path + "/results").status, 400)
        self.assertEqual(self.call("DELETE", path).status, 400)
        batch = self.call("GET", path).json
        self.assertEqual((batch["processing_status"], batch["request_counts"]),
                         ("ended", {"processing": 0, "succeeded": 2, "errored": 2, "canceled": 0,
                                    "expired": 1}))
        self.assertTrue(batch["results_url"].endswith(path + "/results"))
        results = self.results(batch)
        self.assertNotEqual([line["custom_id"] for line in results],
                            ["good", "bad", "late", "two", "two", "wrong"])
        by_id = {line["custom_id"]: line["result"] for line in results}
        self.assertEqual((len(results), len(by_id)), (6, 5))
        self.assertEqual(by_id["good"]["message"]["usage"]["service_tier"], "batch")
        self.assertEqual(by_id["bad"]["error"]["error"]["type"], "overloaded_error")
        self.assertEqual(by_id["late"], {"type": "expired"})
        self.assertEqual(by_id["wrong"]["error"]["error"]["message"],
                         "bogus: Extra inputs are not permitted")
        self.assertEqual(self.call("DELETE", path).json,
                         {"id": batch["id"], "type": "message_batch_deleted"})
        self.assertEqual(self.call("GET", path).status, 404)

    def test_a_canceled_batch(self):
        batch = self.create("a", "b").json
        path = f"{BATCHES}/{batch['id']}"
        self.assertEqual(self.call("POST", path + "/cancel").json["processing_status"], "canceling")
        batch = self.call("GET", path).json
        self.assertEqual((batch["processing_status"], batch["request_counts"]["canceled"]),
                         ("ended", 2))
        self.assertEqual({line["result"]["type"] for line in self.results(batch)}, {"canceled"})

    def test_the_list_of_batches(self):
        oldest, middle, newest = (self.create("a").json["id"] for _ in range(3))
        for query, ids, more in (("", [newest, middle, oldest], False),
                                 ("?limit=2", [newest, middle], True),
                                 (f"?limit=2&after_id={middle}", [oldest], False),
                                 (f"?limit=1&before_id={oldest}", [middle], True)):
            with self.subTest(query):
                page = self.call("GET", BATCHES + query).json
                self.assertEqual(([b["id"] for b in page["data"]], page["has_more"]), (ids, more))
                self.assertEqual((page["first_id"], page["last_id"]), (ids[0], ids[-1]))
        self.assertEqual(self.call("GET", BATCHES + "?limit=0").status, 400)

    def test_what_a_batch_must_not_be(self):
        self.assertEqual(self.call("POST", BATCHES, {}).message, "requests: Field required")
        self.assertEqual(self.call("POST", BATCHES, {"requests": []}).status, 400)
        self.assertIn("unique", self.create("a", "a").message)
        self.assertIn("match pattern", self.create("a b").message)
        self.assertIn("match pattern", self.create("a" * 65).message)

    def test_results_may_claim_to_be_elsewhere(self):
        self.script(batch_polls=1, results_url="http://127.0.0.2/x")
        batch = self.create("a").json
        batch = self.call("GET", f"{BATCHES}/{batch['id']}").json
        self.assertEqual(batch["results_url"], "http://127.0.0.2/x")


if __name__ == "__main__":
    unittest.main()
