"""The script: items that say how requests are to be answered, and the settings of the server.

README.md lists the fields of an item.  Each request that passes the checks takes the first item
that fits it; an item is gone after `times` requests.
"""

import json
from dataclasses import dataclass, fields

_MESSAGES = "/v1/messages"
KINDS = ("facts", "changes", "reduce", "memory", "sections", "name", "other")

_MATCH = {"kind": str, "contains": str, "custom_id": str, "path": str, "share": (int, float),
          "times": (int, str), "label": str}
_ANSWER = {"text": str, "content": list, "stop_reason": str, "stop_details": dict, "usage": dict,
           "extra": dict, "error": dict, "raw": dict, "drop": str, "result": str, "twice": bool}
_MANNER = {"delay_ms": (int, float), "hold": bool, "headers": dict, "chunked": bool,
           "no_length": bool, "gzip": (bool, str), "truncate": int, "end": str,
           "drip": dict, "endless": bool}
_INSIDE = {
    "error": {"status": int, "type": str, "message": str, "details": dict, "headers": dict},
    "raw": {"status": int, "reason": str, "headers": dict, "body": str, "body_base64": str,
            "times": int},
    "drip": {"bytes": int, "every_ms": (int, float)},
}
_WORDS = {"kind": KINDS, "drop": ("accept", "request", "rst"), "end": ("fin", "rst", "hang"),
          "gzip": (True, False, "garbage"), "result": ("canceled", "expired")}


class ScriptError(ValueError):
    """The script is wrong, not the request."""


@dataclass
class Config:
    latency_ms: float = 0  # before every answer that has no delay_ms of its own
    hold: bool = False  # keep every answer until it is released
    retry_after_on_200: float = 0  # send the header that real answers carry now and then
    ignore_expect: bool = False  # never say "100 Continue"
    ratelimit_headers: bool = True
    requests_per_minute: float = 0  # 0 = as many as come; else more are refused with 429
    request_burst: float = 10  # what the limit's bucket holds
    access: bool = True  # False = like a local server: key and version do not matter
    blocks: bool = True  # False = like servers that take only a string as system
    cache_control: bool = True  # False = like servers that refuse it
    cache_seconds: float = 300  # how long what is not used stays in the cache
    api_key: str | None = None  # the one key that is right
    models: list = None  # names of models beside the known ones
    context: int = 0  # the context of every model, 0 = its own
    journal_bodies: bool = True
    batch_polls: int = 2  # the look at a batch that finds it ended
    results_url: str | None = None  # what batches claim to be theirs

    def __post_init__(self):
        self.models = self.models or []

    def change(self, given):
        kinds = {field.name: field.type for field in fields(self)}
        for name, value in given.items():
            if name not in kinds:
                raise ScriptError(f"config.{name}: there is no such setting")
            if not isinstance(value, kinds[name]) and not (
                    kinds[name] is float and isinstance(value, int)):
                raise ScriptError(f"config.{name}: {kinds[name]} is wanted")
            setattr(self, name, value)


class Item:
    def __init__(self, given, number):
        _check(given, {**_MATCH, **_ANSWER, **_MANNER}, "item")
        for name, inside in _INSIDE.items():
            if name in given:
                _check(given[name], inside, f"item.{name}")
        for name, words in _WORDS.items():
            if name in given and given[name] not in words:
                raise ScriptError(f"item.{name}: one of {', '.join(map(str, words))} is wanted")
        answers = given.keys() & {"text", "content", "error", "raw", "drop", "result"}
        if len(answers) > 1:
            raise ScriptError(f"item: {' and '.join(sorted(answers))} do not go together")
        times = given.get("times", 1)
        if times != "always" and (isinstance(times, str) or times < 1):
            raise ScriptError('item.times: a number from 1, or "always" is wanted')
        self.given = given
        self.number = number
        self.left = None if times == "always" else times

    def fits(self, path, text, question, custom_id):
        """text() is the body; question None is a request that asks nothing."""
        given = self.given
        if given.get("drop") == "accept" or given.get("path", _MESSAGES) != path:
            return False
        if "custom_id" in given and given["custom_id"] != custom_id:
            return False
        if "result" in given and custom_id is None:
            return False
        if "kind" in given and (question is None or given["kind"] != question.kind):
            return False
        if "share" in given and (question is None or
                                 int(question.key[:8], 16) >= given["share"] * 2**32):
            return False
        return "contains" not in given or given["contains"] in text()

    def show(self):
        return {**self.given, "number": self.number, "left": self.left}


def _check(given, kinds, path):
    if not isinstance(given, dict):
        raise ScriptError(f"{path}: an object is wanted")
    for name, value in given.items():
        if name not in kinds:
            raise ScriptError(f"{path}.{name}: there is no such field")
        if not isinstance(value, kinds[name]):
            raise ScriptError(f"{path}.{name}: {kinds[name]} is wanted, not {value!r:.40}")


class Script:
    def __init__(self):
        self.items = []
        self.config = Config()
        self._numbers = 0

    def reset(self):
        self.items = []
        self.config = Config()
        self._numbers = 0

    def add(self, items):
        """All or none of them."""
        if not isinstance(items, list):
            raise ScriptError("items: a list is wanted")
        made = [Item(item, self._numbers + i + 1) for i, item in enumerate(items)]
        self._numbers += len(made)
        self.items += made

    def take(self, request, question):
        """The item for this request, None if the server is to answer by itself."""
        return self._first(request.path, lambda: request.text, question, None)

    def take_for_batch(self, params, question, custom_id):
        """The same for one request of a batch, which counts as a message."""
        return self._first(_MESSAGES, lambda: json.dumps(params, ensure_ascii=False), question,
                           custom_id)

    def _first(self, path, text, question, custom_id):
        for item in self.items:
            if item.fits(path, text, question, custom_id):
                return self._used(item)
        return None

    def take_accept_drop(self):
        """The item at the head of the script, if it says that a connection is to be closed."""
        if self.items and self.items[0].given.get("drop") == "accept":
            return self._used(self.items[0])
        return None

    def _used(self, item):
        if item.left is not None:
            item.left -= 1
            if item.left == 0:
                self.items.remove(item)
        return item
