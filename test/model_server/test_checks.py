"""Each request check of the server, once."""

import json
import unittest

from testing import HEADERS, MESSAGES, ServerTest, request

USER = {"role": "user", "content": "U"}
PREFILL = ("This model does not support assistant message prefill. "
           "The conversation must end with a user message.")
WHERE = "output_config.format.schema: "


def without(name):
    return {key: value for key, value in HEADERS.items() if key != name}


def schema(**node):
    """A request bound to an object with one property."""
    return shaped({"type": "object", "properties": {"a": node}, "required": ["a"],
                   "additionalProperties": False})


def shaped(whole):
    return request(output_config={"format": {"type": "json_schema", "schema": whole}})


class AccessTest(ServerTest):
    def test_what_is_missing_or_wrong_in_the_headers(self):
        for headers, status, kind, message in (
                (without("x-api-key"), 401, "authentication_error", "x-api-key header is required"),
                ({**HEADERS, "x-api-key": "wrong"}, 401, "authentication_error",
                 "invalid x-api-key"),
                (without("anthropic-version"), 400, "invalid_request_error",
                 "anthropic-version: header is required"),
                ({**HEADERS, "anthropic-version": "2020-01-01"}, 400, "invalid_request_error",
                 'anthropic-version: "2020-01-01" is not a valid version'),
                (without("content-type"), 400, "invalid_request_error",
                 "content-type: application/json is required"),
                ({**HEADERS, "content-encoding": "gzip"}, 400, "invalid_request_error",
                 "content-encoding: only the identity encoding is played here")):
            with self.subTest(message):
                answer = self.ask(headers=headers)
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.json, {
                    "type": "error", "error": {"type": kind, "message": message},
                    "request_id": answer.headers["request-id"]})

    def test_a_bearer_token_will_do(self):
        headers = {**without("x-api-key"), "authorization": "Bearer sk-ant-test"}
        self.assertEqual(self.ask(headers=headers).status, 200)

    def test_one_key_can_be_the_right_one(self):
        self.script(api_key="sk-ant-other")
        self.assertEqual(self.ask().message, "invalid x-api-key")

    def test_access_can_be_free(self):
        self.script(access=False)
        self.assertEqual(self.ask(headers={"content-type": "application/json"}).status, 200)

    def test_the_new_version_refuses_samplers(self):
        answer = self.ask(headers={**HEADERS, "anthropic-version": "2026-10-21"})
        self.assertEqual(answer.message, "temperature: Extra inputs are not permitted")

    def test_paths_and_methods(self):
        self.assertEqual(self.call("GET", MESSAGES).status, 405)
        self.assertEqual(self.call("POST", "/v1/complete", {}).status, 404)


class BodyTest(ServerTest):
    def refused(self, body, message, status=400):
        with self.subTest(message):
            answer = self.ask(body)
            self.assertEqual((answer.status, answer.message), (status, message))

    def test_what_is_not_json(self):
        start = "The request body is not valid JSON: "
        self.refused("{", start + "Expecting property name enclosed in double quotes: "
                     "line 1 column 2 (char 1)")
        self.refused('{"a": "\\ud83d"}', start + "no low surrogate in string: line 1 column 8 "
                     "(char 7)")
        self.refused(b'{"a": "\xff"}', start + "str is not valid UTF-8: line 1 column 8 (char 7)")
        self.refused('{"a": NaN}', start + "unexpected character: NaN")
        self.refused("[" * 100_000, start + "recursion limit exceeded")
        self.refused("[]", "Input should be a valid dictionary")
        self.assertEqual(self.ask(json.dumps(request(system="\U0001f600"))).status, 200)

    def test_too_large(self):
        answer = self.ask(request(system="x" * 32_100_000))
        self.assertEqual((answer.status, answer.json["error"]["type"]), (413, "request_too_large"))

    def test_fields(self):
        for name in ("model", "max_tokens", "messages"):
            self.refused(request(**{name: None}), f"{name}: Field required")
        extra = "Extra inputs are not permitted"
        text = {"type": "text", "text": "U"}
        for changes, path in (
                ({"bogus": 1}, "bogus"),
                ({"messages": [{**USER, "bogus": 1}]}, "messages.0.bogus"),
                ({"messages": [{"role": "user", "content": [{**text, "bogus": 1}]}]},
                 "messages.0.content.0.text.bogus"),
                ({"system": [{**text, "bogus": 1}]}, "system.0.text.bogus"),
                ({"metadata": {"bogus": 1}}, "metadata.bogus"),
                ({"output_config": {"bogus": 1}}, "output_config.bogus"),
                ({"output_config": {"format": {"type": "json_schema", "schema": {}, "bogus": 1}}},
                 "output_config.format.bogus"),
                ({"tools": [{"name": "t", "input_schema": {}, "bogus": 1}]}, "tools.0.bogus"),
                ({"cache_control": {"type": "ephemeral", "bogus": 1}}, "cache_control.bogus")):
            self.refused(request(**changes), f"{path}: {extra}")

    def test_kinds_of_values(self):
        self.refused(request(max_tokens="1"), "max_tokens: Input should be a valid integer")
        self.refused({**request(), "top_k": None}, "top_k: Input should be a valid integer")
        self.refused(request(system=3), "system: Input should be a valid string or list")
        self.refused(request(stream=True), "stream: streaming is not played by this server")
        self.refused(request(service_tier="x"),
                     "service_tier: Input should be 'auto' or 'standard_only'")

    def test_limits_of_max_tokens(self):
        self.refused(request(max_tokens=-1),
                     "max_tokens: Input should be greater than or equal to 0")
        self.refused(request(max_tokens=128000),
                     "max_tokens: 128000 > 64000, which is the maximum allowed number of output "
                     "tokens for claude-haiku-4-5-20251001")
        self.refused(request(max_tokens=0), "max_tokens: 0 cannot be combined with stream, "
                     "thinking, an output format or a forced tool")
        answer = self.ask(request(max_tokens=0, output_config=None)).json
        self.assertEqual((answer["content"], answer["stop_reason"]), ([], "max_tokens"))

    def test_samplers(self):
        self.refused(request(temperature=1.5),
                     "temperature: Input should be less than or equal to 1")
        self.refused(request(temperature=-1),
                     "temperature: Input should be greater than or equal to 0")
        self.refused(request(top_p=0.5), "`temperature` and `top_p` cannot both be specified for "
                     "this model. Please use only one.")
        self.assertEqual(self.ask(request(top_k=40)).status, 200)

    def test_messages(self):
        self.refused(request(messages=[]), "messages: at least one message is required")
        empty = "messages: text content blocks must be non-empty"
        self.refused(request(messages=[{"role": "user", "content": ""}]), empty)
        self.refused(request(messages=[{"role": "user", "content": [{"type": "text",
                                                                     "text": ""}]}]), empty)
        self.refused(request(messages=[{"role": "user", "content": []}]),
                     "messages.0: all messages must have non-empty content")
        self.refused(request(messages=[{"role": "system", "content": "S"}]),
                     "messages.0.role: Input should be 'user' or 'assistant'")
        self.refused(request(messages=["U"]), "messages.0: Input should be a valid dictionary")
        self.assertIn("does not match", self.ask(request(
            messages=[{"role": "user", "content": [{"type": "odd"}]}])).message)

    def test_prefill(self):
        self.refused(request(messages=[USER, {"role": "assistant", "content": "{"}]), PREFILL)
        self.refused(request(messages=[USER, {"role": "assistant", "content": "{ "}],
                             output_config=None),
                     "messages: final assistant content cannot end with trailing whitespace")
        self.assertEqual(self.ask(request(messages=[USER, {"role": "assistant", "content": "{"}],
                                          output_config=None)).status, 200)

    def test_prompt_too_long(self):
        tokens = 800_100 // 4
        self.refused(request(system="x" * 800_099),
                     f"prompt is too long: {tokens} tokens > 200000 maximum")
        self.script(context=10)
        self.refused(request(system="x" * 99), "prompt is too long: 25 tokens > 10 maximum")

    def test_breakpoints(self):
        block = {"type": "text", "text": "S", "cache_control": {"type": "ephemeral"}}
        self.refused(request(system=[block] * 5), "A maximum of 4 blocks with cache_control may "
                     "be provided. Found 5.")
        self.refused(request(cache_control={"type": "ephemeral", "ttl": "2h"}),
                     "cache_control: Input should be ephemeral, with a ttl of '5m' or '1h'")
        self.assertEqual(self.ask(request(system=[block] * 4)).status, 200)

    def test_thinking_and_effort(self):
        self.refused(request(thinking={"type": "adaptive"}),
                     'thinking.type: "adaptive" is not supported for this model.')
        self.refused(request(thinking={"type": "enabled"}),
                     "thinking.enabled.budget_tokens: Field required")
        self.refused(request(thinking={"type": "enabled", "budget_tokens": 100}),
                     "thinking.enabled.budget_tokens: Input should be greater than or equal to "
                     "1024")
        self.refused(request(thinking={"type": "enabled", "budget_tokens": 2048}),
                     "`max_tokens` must be greater than `thinking.budget_tokens`.")
        self.refused(request(output_config={"effort": "low"}),
                     "output_config.effort: This model does not support the effort parameter.")

    def test_other_models(self):
        self.refused(request(model="gpt"), "model: gpt", 404)
        new = {"model": "claude-haiku-5-5"}
        self.refused(request(**new), "`temperature` is deprecated for this model.")
        self.refused(request(**new, temperature=None, output_config=None,
                             messages=[USER, {"role": "assistant", "content": "{"}]), PREFILL)
        self.assertEqual(self.ask(request(**new, temperature=1)).status, 200)
        self.refused(request(model="claude-opus-5-5", temperature=None,
                             tools=[{"name": "t", "input_schema": {"type": "object"}}],
                             tool_choice={"type": "any"}),
                     'tool_choice: type "tool" and "any" are not supported for this model.')
        self.script(models=["qwen3:8b"])
        self.assertEqual(self.ask(request(model="qwen3:8b")).json["model"], "qwen3:8b")


class SchemaTest(ServerTest):
    def test_what_a_schema_must_not_have(self):
        recursive = {"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}},
                     "additionalProperties": False, "$defs": {"n": {
                         "type": "array", "items": {"$ref": "#/$defs/n"}}}}
        for params, message in (
                (shaped({"type": "object"}),
                 "For 'object' type, 'additionalProperties' must be explicitly set to false"),
                (schema(type="number", minimum=0, maximum=1),
                 "For 'number' type, properties maximum, minimum are not supported"),
                (schema(type="array", maxItems=3),
                 "For 'array' type, property 'maxItems' is not supported"),
                (schema(type="array", minItems=2),
                 "For 'array' type, 'minItems' values other than 0 or 1 are not supported"),
                (schema(type="string", maxLength=9),
                 "For 'string' type, property 'maxLength' is not supported"),
                (schema(type="string", format="odd"),
                 "For 'string' type, format 'odd' is not supported"),
                (schema(type="text"), "Unknown type 'text'"),
                (schema(), "Schema type is missing"),
                (schema(**{"$ref": "http://x/y"}), "External $ref is not supported"),
                (shaped(recursive), "Recursive schemas are not supported")):
            with self.subTest(message):
                self.assertEqual(self.ask(params).message, WHERE + message)

    def test_how_large_a_schema_may_be(self):
        many = {"type": "object", "additionalProperties": False,
                "properties": {f"p{i}": {"type": "string"} for i in range(46)}}
        self.assertIn("too many optional parameters (46)", self.ask(shaped(many)).message)
        many["required"] = list(many["properties"])
        self.assertEqual(self.ask(shaped(many)).status, 200)
        many["properties"] = {f"p{i}": {"type": ["string", "null"]} for i in range(46)}
        self.assertIn("union types (46)", self.ask(shaped(many)).message)


if __name__ == "__main__":
    unittest.main()
