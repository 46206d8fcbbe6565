"""What a request asks: which of soulprint's kinds of questions, about which material.

A question's material is one JSON document in the first user message, {"conversations": …},
{"facts": …} or {"soul": …}; only the sections question carries its material as plain text.
"""

import hashlib
import json
import re

CATEGORIES = ("person", "preferences", "projects", "dates", "beliefs", "decisions")
SECTIONS = ("soul", "identity", "user", "agents", "tools")
_DOCUMENT = re.compile(r'\{\s*"(?:conversations|newest|facts|soul)"\s*:')
_MEMORY_HEADING = "\n\n## MEMORY (verified facts about this user)\n"
_SAMPLE = re.compile(r"^=== Conversation: ", re.MULTILINE)
_DECODER = json.JSONDecoder()
_CHARACTERS_PER_TOKEN = 4
_TYPES = {"id": int, "importance": int, "times": int, "before": list}  # all others are texts


def text_of(content):
    """All text in the content of a message, or in a system prompt."""
    if isinstance(content, str):
        return content
    parts = []
    for block in content:
        if isinstance(block.get("text"), str):
            parts.append(block["text"])
        elif block.get("type") == "tool_result":
            parts.append(text_of(block.get("content", "")))
    return "".join(parts)


def estimate(size, model):
    """A careless but deterministic count of the tokens of so many characters."""
    return int(size / _CHARACTERS_PER_TOKEN * model.tokens_per_word)


def estimate_tokens(params, model):
    """The input tokens of a request."""
    size = len(text_of(params.get("system", "")))
    size += sum(len(text_of(message["content"])) for message in params["messages"])
    if params.get("tools"):
        size += len(json.dumps(params["tools"]))
    return max(1, estimate(size, model))


def _is_conversation(conversation):
    messages = conversation.get("messages") if isinstance(conversation, dict) else None
    return isinstance(messages, list) and all(isinstance(m, dict) for m in messages)


def _kind_of(document):
    if document.keys() == set(SECTIONS):
        return "name"
    conversations = document.get("conversations")
    if isinstance(conversations, list) and all(map(_is_conversation, conversations)):
        return "facts"
    facts = document.get("facts")
    if not isinstance(facts, dict) or not facts.keys() <= set(CATEGORIES):
        return "other"
    if not all(isinstance(items, list) and all(_is_fact(item) for item in items)
               for items in facts.values()):
        return "other"
    items = [item for items in facts.values() for item in items]
    if not items or not any("id" in item for item in items):
        return "memory" if len(facts) > 1 else "other"
    if not all("id" in item for item in items):
        return "other"
    if not all("times" in item for item in items):
        return "changes"
    return "reduce" if len(facts) == 1 else "other"


def _is_fact(item):
    return isinstance(item, dict) and all(isinstance(value, _TYPES.get(name, str))
                                          for name, value in item.items())


class Question:
    """kind: facts, changes, reduce, memory, sections, name, or other.

    document: the JSON document of all but sections and other.  text: the first user message.
    material: what is asked about, without a fence's marker lines.
    key: SHA-256 of kind and material, the same whenever the same is asked again.
    """

    def __init__(self, params):
        first = next((m for m in params["messages"] if m["role"] == "user"), {"content": ""})
        self.text = text_of(first["content"])
        self.document = None
        self.material = self.text
        self.kind = self._read()
        self.schema = params.get("output_config", {}).get("format", {}).get("schema")
        self.key = hashlib.sha256(f"{self.kind}\n{self.material}".encode()).hexdigest()

    def _read(self):
        if self.text.startswith("=== Conversation: ") or _MEMORY_HEADING in self.text:
            return "sections"
        found = _DOCUMENT.search(self.text)
        if not found:
            return "other"
        try:
            document, end = _DECODER.raw_decode(self.text, found.start())
        except (ValueError, RecursionError):
            return "other"
        kind = _kind_of(document)
        if kind != "other":
            self.material = self.text[found.start():end]
            self.document = document
        return kind

    def memory(self):
        """The MEMORY text of a sections question."""
        return self.text.rpartition(_MEMORY_HEADING)[2] if _MEMORY_HEADING in self.text else ""

    def conversations(self):
        """How many conversations a sections question shows."""
        return len(_SAMPLE.findall(self.text))
