"""Sentences that mislead, of traps.tsv: kind, what the user says, what is to be noted of it: a regular
expression, or "-" = nothing.  With a "?" before it nothing is right, too.  Each sentence is a conversation
of its own.

    python3 traps.py >traps.json      the export that holds them"""

import json
from pathlib import Path

ANSWER = "I see."
FIRST_DAY = 1710928800


def load():
    """(conversation id, kind, sentence, what is to be noted) of each."""
    lines = Path(__file__).with_name("traps.tsv").read_text(encoding="utf-8").splitlines()
    rows = []
    for number, line in enumerate(lines):
        kind, sentence, pattern = line.split("\t")
        rows.append((f"trap-{number}", kind, sentence.replace("\\n", "\n"), pattern))
    return rows


def export():
    return [{"id": conversation, "title": "Chat", "create_time": FIRST_DAY + place,
             "messages": [{"role": "user", "content": sentence}, {"role": "assistant", "content": ANSWER}]}
            for place, (conversation, _, sentence, _) in enumerate(load())]


if __name__ == "__main__":
    print(json.dumps(export(), ensure_ascii=False))
