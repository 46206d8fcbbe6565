"""The endpoints of the Messages API: what is answered to whom."""

import hashlib
import math
import time
import traceback
from functools import lru_cache
from types import SimpleNamespace

import answers
import checks
import models
from batches import Batches
from cache import PromptCache, keeps_for_an_hour
from question import Question
from refusal import Refusal, bad, error_body, type_of
from reply import json_reply, raw_reply

_MESSAGES = "/v1/messages"
_COUNT = "/v1/messages/count_tokens"
_BATCHES = "/v1/messages/batches"
_MODELS = "/v1/models/"
_CHARACTERS_PER_TOKEN = 4
_LIMITS = {"requests": 1000, "tokens": 2_400_000, "input-tokens": 2_000_000,
           "output-tokens": 400_000}


def _usage(input_tokens, output_tokens, tier="standard", written=0, read=0, for_an_hour=False):
    hour = written if for_an_hour else 0
    return {
        "input_tokens": input_tokens - written - read,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": written - hour, "ephemeral_1h_input_tokens": hour},
        "output_tokens": output_tokens,
        "service_tier": tier,
        "inference_geo": "not_available",
    }


class RequestLimit:
    """The bucket of requests a minute, which fills continuously."""

    def __init__(self):
        self._left = None
        self._at = 0.0

    def reset(self):
        self._left = None

    def take(self, config):
        """Takes one request; what is left.  Refuses it if there is none."""
        now = time.monotonic()
        rate = config.requests_per_minute / 60
        if self._left is None:
            self._left, self._at = config.request_burst, now
        self._left = min(config.request_burst, self._left + (now - self._at) * rate)
        self._at = now
        if self._left < 1:
            wait = math.ceil((1 - self._left) / rate)
            raise Refusal(429, "This request would exceed your account's rate limit.",
                          headers={"retry-after": str(wait), "x-should-retry": "true",
                                   **self.headers(config)})
        self._left -= 1

    def headers(self, config):
        full = (config.request_burst - self._left) / config.requests_per_minute * 60
        reset = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + full))
        name = "anthropic-ratelimit-requests-"
        return {name + "limit": f"{config.requests_per_minute:g}",
                name + "remaining": str(int(self._left)), name + "reset": reset}


@lru_cache(maxsize=4)
def _ratelimit_headers(exhausted, now):
    headers = {}
    for name, limit in _LIMITS.items():
        left = 0 if exhausted else limit - min(limit // 10, 1000)
        headers[f"anthropic-ratelimit-{name}-limit"] = str(limit)
        headers[f"anthropic-ratelimit-{name}-remaining"] = str(left)
        headers[f"anthropic-ratelimit-{name}-reset"] = \
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + 60))
    return headers


def _tokens(text):
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _own_answer(params, model, question):
    """Content and stop reason of what the server says by itself."""
    if params["max_tokens"] == 0:
        return [], "max_tokens"
    if params.get("tool_choice", {}).get("type") in ("any", "tool"):
        tools = params["tools"]
        tool = next((t for t in tools if t["name"] == params["tool_choice"].get("name")), tools[0])
        return [{"type": "tool_use", "id": "toolu_" + question.key[:24], "name": tool["name"],
                 "input": {}}], "tool_use"
    content = []
    if model.thinks and params.get("thinking", {}).get("type", "adaptive") == "adaptive":
        content.append({"type": "thinking", "thinking": "Let me look at this.",
                        "signature": question.key[:32]})
    text = answers.answer(question)
    most = params["max_tokens"] * _CHARACTERS_PER_TOKEN
    content.append({"type": "text", "text": text[:most]})
    return content, "end_turn" if len(text) <= most else "max_tokens"


class Api:
    def __init__(self, script):
        self.script = script
        self.cache = PromptCache()
        self.limit = RequestLimit()
        self.batches = Batches(self._batch_result, lambda: script.config)
        self._numbers = 0

    def answer(self, request, entry):
        """The reply to a request, and the script's item that it follows (None = none)."""
        self._numbers += 1
        entry.request_id = f"req_011C{self._numbers:020d}"
        try:
            version = self._check_access(request)
            if request.path in (_MESSAGES, _COUNT) and request.method == "POST":
                reply, item = self._ask(request, entry, version)
            else:
                item = self._take(request, None, entry)
                reply = self._scripted(item, entry) or self._look(request)
        except Refusal as refusal:
            item = None
            reply = json_reply(refusal.body(entry.request_id), refusal.status, refusal.headers)
        except Exception as error:  # a fault of this server, which must not look like a hang
            traceback.print_exc()
            item = None
            reply = json_reply(error_body("api_error", f"the local model server failed: {error!r}",
                                          entry.request_id), 500)
        if item is None or "raw" not in item.given:
            self._add_headers(reply, item, entry)
        return reply, item

    def _check_access(self, request):
        config = self.script.config
        return checks.check_access(request, config.api_key) if config.access else \
            checks.OLD_VERSION

    def _take(self, request, question, entry):
        item = self.script.take(request, question)
        entry.item = item.number if item else None
        return item

    def _ask(self, request, entry, version):
        counting = request.path == _COUNT
        params = checks.read_json(request)
        model, tokens = checks.check_params(params, version, self.script.config, counting)
        question = Question(params)
        entry.kind = question.kind
        entry.question = question.key
        if self.script.config.requests_per_minute:
            self.limit.take(self.script.config)
        item = self._take(request, question, entry)
        reply = self._scripted(item, entry)
        if reply is None and counting:
            reply = json_reply({"input_tokens": tokens})
        if reply is None:
            cached = self.cache.use(params, model, entry, self.script.config.cache_seconds)
            if item and "usage" in item.given:
                cached = (0, 0)
            message = self._message(params, model, tokens, question, item, cached=cached)
            entry.usage = message["usage"]
            reply = json_reply(message)
        return reply, item

    def _scripted(self, item, entry):
        """The reply that the item has, None if the server is to make one."""
        given = item.given if item else {}
        if "raw" in given:
            return raw_reply(given["raw"])
        if "error" in given:
            error = {"status": 500, "message": "scripted", **given["error"]}
            kind = error.get("type") or type_of(error["status"])
            body = error_body(kind, error["message"], entry.request_id, error.get("details"))
            return json_reply(body, error["status"], error.get("headers"))
        return None

    def _look(self, request):
        if request.path.startswith(_MODELS) and request.method == "GET":
            name = request.path[len(_MODELS):]
            model = models.find(name, self.script.config.models)
            if model is None:
                raise Refusal(404, f"model: {name}")
            return json_reply(models.describe(model))
        if request.path == _BATCHES or request.path.startswith(_BATCHES + "/"):
            return self.batches.route(request, lambda: checks.read_json(request))
        if request.path in (_MESSAGES, _COUNT):
            raise Refusal(405, "Method Not Allowed")
        raise Refusal(404, "Not found")

    def _message(self, params, model, tokens, question, item, tier="standard",
                 cached=(0, 0)):
        given = item.given if item else {}
        if "content" in given:
            content, stop = given["content"], "end_turn"
        elif "text" in given:
            content, stop = [{"type": "text", "text": given["text"]}], "end_turn"
        else:
            content, stop = _own_answer(params, model, question)
        spoken = sum(_tokens(block["text"]) for block in content
                     if isinstance(block, dict) and isinstance(block.get("text"), str))
        self._numbers += 1
        return {
            "model": model.id,
            "id": f"msg_011C{self._numbers:020d}",
            "type": "message",
            "role": "assistant",
            "content": content,
            "stop_reason": given.get("stop_reason", stop),
            "stop_sequence": None,
            "stop_details": given.get("stop_details"),
            "usage": {**_usage(tokens, spoken, tier, *cached, keeps_for_an_hour(params)), **given.get("usage", {})},
            **given.get("extra", {}),
        }

    def _add_headers(self, reply, item, entry):
        config = self.script.config
        reply.headers["request-id"] = entry.request_id
        reply.headers["anthropic-organization-id"] = "00000000-0000-4000-8000-000000000000"
        if config.ratelimit_headers and reply.status in (200, 429):
            limited = config.requests_per_minute > 0
            exhausted = reply.status == 429 and not limited
            reply.headers.update(_ratelimit_headers(exhausted, int(time.time())))
            if limited:
                reply.headers.update(self.limit.headers(config))
        if reply.status == 200 and config.retry_after_on_200:
            reply.headers["retry-after"] = f"{config.retry_after_on_200:g}"
        if item is not None:
            reply.headers.update(item.given.get("headers", {}))

    def _batch_result(self, custom_id, params):
        """The result of one request of a batch, and how often it is to be told."""
        request_id = f"req_batch_{hashlib.sha256(custom_id.encode()).hexdigest()[:16]}"
        try:
            if not isinstance(params, dict):
                raise bad("params: Input should be a valid dictionary")
            for name in ("stream", "speed"):
                if name in params:
                    raise bad(f"{name}: Extra inputs are not permitted")
            if params.get("max_tokens") == 0:
                raise bad("max_tokens: Input should be greater than or equal to 1")
            model, tokens = checks.check_params(params, checks.OLD_VERSION, self.script.config)
            question = Question(params)
            item = self.script.take_for_batch(params, question, custom_id)
            given = item.given if item else {}
            if "error" in given:
                error = given["error"]
                raise Refusal(error.get("status", 500), error.get("message", "scripted"),
                              error.get("type"), error.get("details"))
        except Refusal as refusal:
            return {"type": "errored", "error": refusal.body(request_id)}, 1
        times = 2 if given.get("twice") else 1
        if "result" in given:
            return {"type": given["result"]}, times
        entry = SimpleNamespace(outcome="answered")  # one after the other
        cached = self.cache.use(params, model, entry, self.script.config.cache_seconds)
        message = self._message(params, model, tokens, question, item, "batch", cached)
        return {"type": "succeeded", "message": message}, times
