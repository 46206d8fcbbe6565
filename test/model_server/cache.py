"""The prompt cache: what of a request the server knows from requests before it.

A breakpoint is a block with `cache_control`, or the last block where the request itself has it.  What
stands up to a breakpoint is kept if it is long enough for the model, and can be read as soon as the
request that brought it has been answered.
"""

import hashlib
import json
import time

from question import estimate, text_of


def _blocks(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _parts(params):
    """Whose and what: tools, system, messages, as the model reads them."""
    parts = [("tool", tool) for tool in params.get("tools", ())]
    parts += [("system", block) for block in _blocks(params.get("system", []))]
    for message in params["messages"]:
        parts += [(message["role"], block) for block in _blocks(message["content"])]
    return parts


def _prefixes(params, model):
    """(digest, tokens) up to each breakpoint."""
    parts = _parts(params)
    around = [model.id] + [params.get(name) for name in ("output_config", "thinking")]
    digest = hashlib.sha256(json.dumps(around, sort_keys=True).encode())
    size = 0
    for i, (whose, part) in enumerate(parts):
        plain = {name: value for name, value in part.items() if name != "cache_control"}
        digest.update(json.dumps([whose, plain], sort_keys=True).encode())
        size += len(json.dumps(plain)) if whose == "tool" else len(text_of([part]))
        if "cache_control" in part or ("cache_control" in params and i + 1 == len(parts)):
            yield digest.hexdigest(), estimate(size, model)


def keeps_for_an_hour(params):
    return any(part.get("cache_control", {}).get("ttl") == "1h" for _, part in _parts(params))


class PromptCache:
    def __init__(self):
        self._kept = {}  # digest → [the journal's entry that brought it, when it was last used]

    def reset(self):
        self._kept = {}

    def use(self, params, model, entry, seconds):
        """Input tokens that this request writes into the cache and that it reads from it.  What is
        not used for so many seconds is forgotten."""
        now = time.time()
        written = read = 0
        for digest, tokens in _prefixes(params, model):
            if tokens < model.cache_minimum:
                continue
            kept = self._kept.get(digest)
            known = kept is not None and now - kept[1] < seconds
            if known and kept[0].outcome == "answered":
                kept[1] = now
                read = tokens
                written = 0
                continue
            written = tokens - read
            if not known or kept[0].outcome != "open":
                self._kept[digest] = [entry, now]
        return written, read
