"""Plausible answers, the same for the same question: what the server says when no script tells it.

Facts come from the user's own sentences, with the sentence as quote; a reduced list is the newer of
each pair; nothing is overtaken; MEMORY is the facts as bullets; sections are filled from MEMORY;
the assistant gets one of some names.  Any other question gets the emptiest answer that fits its
schema, or a short text.
"""

import hashlib
import json
import re

from question import CATEGORIES

HEADINGS = ("## Personal Facts", "## Preferences", "## Projects", "## Important Dates",
            "## Beliefs & Values", "## Decisions & Context")

_SENTENCE = re.compile(r"[^.!?\n。！？]{12,240}[.!?。！？]?")
_DATE = r"\b(?:\d{4}-\d{2}-\d{2}|(?:January|February|March|April|May|June|July|August|September" \
        r"|October|November|December) \d{1,2}(?:, \d{4})?)\b"
# In the order in which they are tried.
_SIGNS = (
    ("person", re.compile(r"\b(?:my name is|I live in|I moved to|I work as)\b", re.I)),
    ("decisions", re.compile(r"\b(?:I|we)(?:'ve| have)? (?:decided|chose|settled|agreed)\b", re.I)),
    ("dates", re.compile(_DATE)),
    ("projects", re.compile(r"\b(?:(?:working on|building|my project|launching)\b"
                            r"|writing an? (?:book|app|library|novel)\b)", re.I)),
    ("beliefs", re.compile(r"\b(?:I believe|I think that|in my view|I value)\b", re.I)),
    ("preferences", re.compile(r"\bI(?:'d| would)? (?:really |always |never )?"
                               r"(?:like|love|prefer|enjoy|hate|dislike|drink|eat|use)\b", re.I)),
)
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_MOST_FACTS = 8
_MOST_BULLETS = 100
_TEXT_FIELDS = {"projects": "name", "dates": "event", "decisions": "decision"}
_NAMES = ("Quillfern", "Marrow", "Tindra", "Oskelle", "Pellucid", "Brindle", "Vesper", "Halcyon",
          "Sorrel", "Lumen", "Kestrel", "Wren", "Juniper", "Cobalt", "Ember", "Fathom")
_NAME = re.compile(r"\b(?:[Mm]y name is|[Nn]ame is|is called) ([A-Z][\w'-]+)")


def answer(question):
    """The text of the answer to a Question."""
    if question.kind == "facts":
        return _dump(_facts(question.document["conversations"]))
    if question.kind == "reduce":
        return _dump(_reduced(question.document["facts"]))
    if question.kind == "memory":
        return _memory(question.document["facts"])
    if question.kind == "sections":
        return _dump(_sections(question))
    if question.kind == "changes":
        return _dump({"superseded": []})
    if question.kind == "name":
        return _dump({"ai_name": _ai_name(question)})
    return _dump(_emptiest(question.schema)) if question.schema else "All right."


def _dump(value):
    return json.dumps(value, ensure_ascii=False)


def _spoken(conversation):
    """The user's sentences, or those of notes, each with the day it was said."""
    date = ""
    for message in conversation["messages"]:
        date = str(message.get("date", date))
        if message.get("role") in ("user", "notes"):
            for sentence in _SENTENCE.finditer(str(message.get("text", ""))):
                yield sentence.group().strip(), date


def _facts(conversations):
    facts = {category: [] for category in CATEGORIES}
    for conversation in conversations:
        _add_facts(conversation, facts)
    return facts


def _add_facts(conversation, facts):
    spare = None
    found = 0
    for quote, date in _spoken(conversation):
        category = _category(quote)
        if category is None:
            spare = spare or _long_enough(quote)
            continue
        facts[category].append(_fact(category, quote, date))
        found += 1
        if found == _MOST_FACTS:
            return
    if not found and spare:
        facts["preferences"].append({"quote": spare, "text": f"Is concerned with this: {spare}",
                                     "importance": 2})


def _category(sentence):
    return next((category for category, sign in _SIGNS if sign.search(sentence)), None)


def _long_enough(sentence):
    return sentence if sentence.count(" ") >= 2 or _CJK.search(sentence) else None


def _fact(category, quote, date):
    fact = {"text": quote}
    if category == "projects":
        name = " ".join(quote.split()[:8])
        fact = {"name": name, "description": quote, "details": f"as of {date}"}
    elif category == "dates":
        fact = {"event": quote, "date": re.search(_DATE, quote).group()}
    elif category == "decisions":
        fact = {"decision": quote, "context": f"said on {date}"}
    return {"quote": quote, **fact, "importance": 2}


def _reduced(facts):
    """Of every two neighbours the one that was said later, made from both."""
    (category, items), = facts.items()
    reduced = []
    for i in range(0, len(items) - 1, 2):
        pair = items[i:i + 2]
        if i + 3 == len(items):
            pair = items[i:]
        newest = max(pair, key=lambda item: item.get("last", ""))
        reduced.append({**_said(newest), "from": [item["id"] for item in pair]})
    return {category: reduced or [_said(item) for item in items]}


def _said(item):
    """What a fact says, without what is known about it."""
    return {name: value for name, value in item.items()
            if name not in ("id", "importance", "times", "first", "last")}


def _memory(facts):
    lines = []
    for category, heading in zip(CATEGORIES, HEADINGS):
        bullets = [f"- {_bullet(category, item)}" for item in facts.get(category, ())]
        lines += [heading, "", *(bullets[:_MOST_BULLETS // len(HEADINGS)] or ["No data yet."]), ""]
    return "\n".join(lines).rstrip()


def _bullet(category, item):
    text = item.get(_TEXT_FIELDS.get(category, "text"), "")
    more = [item.get(name) for name in ("description", "details", "date", "context")]
    more = [value for value in more if value and value != text]
    said = item.get("said")
    if said:
        more.append(f"said on {said}")
    return " ".join((text + (f" ({'; '.join(more)})" if more else "")).split())


def _sections(question):
    memory = question.memory()
    bullets = [line[2:] for line in memory.splitlines() if line.startswith("- ")]
    under = _under_headings(memory)
    name = _NAME.search(memory) or _NAME.search(question.text)
    ai_name = _ai_name(question)
    shown = question.conversations()
    first = bullets[0] if bullets else "not enough data"
    unknown = "not enough data"
    return {
        "soul": {
            "communication_style": f"Direct, as {shown} conversations show",
            "personality_traits": ["curious", "persistent"],
            "tone_preferences": "Plain and friendly",
            "boundaries": unknown,
            "humor_style": "Dry",
            "formality_level": "Informal",
            "emotional_patterns": unknown,
        },
        "identity": {
            "ai_name": ai_name,
            "archetype": "The well-read companion",
            "vibe": "Calm and exact",
            "emoji_style": "Rare",
            "signature_greeting": f"{ai_name} here. Where were we?",
        },
        "user": {
            "name": name.group(1) if name else unknown,
            "location": unknown,
            "occupation": (under["## Projects"] or [unknown])[0],
            "relationships": [],
            "interests": under["## Preferences"][:5],
            "life_context": first,
            "preferred_address": name.group(1) if name else unknown,
        },
        "agents": {
            "response_style": "Short answers first, details on demand",
            "behavioral_rules": ["Name dates and numbers", "Say what is uncertain"],
            "context_adaptation": "Follows the topic at hand",
            "memory_directives": f"Keep in mind {len(bullets)} facts",
            "do_not": ["flatter"],
        },
        "tools": {
            "likely_usage": under["## Projects"][:3],
            "capabilities_emphasis": ["writing", "planning"],
            "output_preferences": "Lists where they help",
            "depth_preference": "As deep as the question",
        },
    }


def _ai_name(question):
    return _NAMES[int(hashlib.sha256(question.material.encode()).hexdigest(), 16) % len(_NAMES)]


def _under_headings(memory):
    under = {heading: [] for heading in HEADINGS}
    heading = None
    for line in memory.splitlines():
        if line.strip() in under:
            heading = line.strip()
        elif heading and line.startswith("- "):
            under[heading].append(line[2:])
    return under


_EMPTY = {"string": "", "array": [], "integer": 0, "number": 0, "boolean": False, "null": None}


def _emptiest(schema, depth=0):
    """The least that fits a schema."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("anyOf"):
        return _emptiest(schema["anyOf"][0], depth + 1)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array" and schema.get("minItems") and depth < 50:
        return [_emptiest(schema.get("items", {}), depth + 1)]
    if kind != "object":
        return _EMPTY[kind]
    properties = schema.get("properties", {})
    return {name: _emptiest(properties.get(name, {}), depth + 1) if depth < 50 else None
            for name in schema.get("required", ())}
