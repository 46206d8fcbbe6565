#!/usr/bin/env python3
"""Writes an export of about MEGABYTES to standard output, the same one each time.

    make_export.py MEGABYTES > conversations.json

It is what a long-time user's conversations.json looks like: one line, one array, \\uXXXX escapes;
conversations of 2 to 200 messages, hidden system and tool nodes, reasoning, abandoned branches.
Texts are cut out of one long random text, so that writing is fast.
"""

import json
import random
import sys

WORDS = (
    "the a of to and in that it is was for on you with as be at by this have from or not what we can "
    "an all were when your how said there use each which she do their time if will way about many then "
    "garden recipe Python database holiday mother running coffee budget guitar Lisbon deadline thesis "
    "invoice marathon violin kitchen allergy mortgage daughter birthday interview paint river mountain "
    "caf\u00e9 na\u00efve \u6771\u4eac \u041c\u043e\u0441\u043a\u0432\u0430 \U0001f600 \u2014 \u201cquoted\u201d I I'm my"
).split()
ENDS = (". ", ". ", ", ", "? ", "! ", ".\n\n", ":\n- ", "\n")


def make_text(rng, words):
    pieces = []
    for _ in range(words // 8):
        pieces.append(" ".join(rng.choices(WORDS, k=rng.randint(3, 13))))
        pieces.append(rng.choice(ENDS))
    return "".join(pieces)


class Writer:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        # As JSON without its quotes; cuts are made at spaces, which are never inside an escape.
        self.text = json.dumps(make_text(self.rng, 200_000))[1:-1]
        self.serial = 0

    def cut(self, size):
        begin = self.text.index(" ", self.rng.randrange(len(self.text) - size - 200)) + 1
        return self.text[begin : self.text.index(" ", begin + size)]

    def new_id(self):
        self.serial += 1
        return "%08x-0000-4000-8000-%012x" % (self.rng.getrandbits(32), self.serial)

    def message(self, node, role, text, when, kind="text", hidden=False):
        content = (
            '{"content_type": "thoughts", "thoughts": [{"summary": "%s", "content": "%s"}]}'
            % (text[:30].split("\\")[0], text)
            if kind == "thoughts"
            else '{"content_type": "%s", "parts": ["%s"]}' % (kind, text)
        )
        return (
            '{"id": "%s", "author": {"role": "%s", "name": null, "metadata": {}}, "create_time": %s, '
            '"update_time": null, "content": %s, "status": "finished_successfully", "end_turn": %s, '
            '"weight": %s, "metadata": {%s"request_id": "%s", "message_source": null, '
            '"timestamp_": "absolute", "message_type": null, "model_slug": "gpt-4o"}, '
            '"recipient": "all", "channel": null}'
            % (
                node,
                role,
                "null" if hidden else "%.6f" % when,
                content,
                "true" if role == "assistant" else "null",
                "0.0" if hidden else "1.0",
                '"is_visually_hidden_from_conversation": true, ' if hidden else "",
                self.new_id(),
            )
        )

    def conversation(self, number):
        rng = self.rng
        when = 1_672_531_200 + number * 7200.5
        created = when
        nodes = []  # [id, message, parent, children]

        def add(parent, role, text, **options):
            node = self.new_id()
            nodes.append([node, self.message(node, role, text, when, **options), parent, []])
            if parent is not None:
                by_id[parent][3].append(node)
            by_id[node] = nodes[-1]
            return node

        by_id = {}
        root = self.new_id()
        nodes.append([root, "null", None, []])
        by_id[root] = nodes[-1]
        at = add(root, "system", "", hidden=True)
        for _ in range(max(1, min(100, int(rng.expovariate(1 / 12))))):
            when += rng.uniform(5, 600)
            if rng.random() < 0.06:
                add(at, "user", self.cut(rng.randint(20, 300)))
            at = add(at, "user", self.cut(int(min(6000, rng.lognormvariate(4.8, 1.1)))))
            when += rng.uniform(1, 30)
            if rng.random() < 0.1:
                at = add(at, "assistant", self.cut(rng.randint(100, 900)), kind="thoughts")
            if rng.random() < 0.05:
                at = add(at, "tool", self.cut(rng.randint(100, 3000)))
            if rng.random() < 0.08:
                add(at, "assistant", self.cut(rng.randint(200, 2000)))
            at = add(at, "assistant", self.cut(int(min(9000, rng.lognormvariate(6.6, 0.8)))))
        mapping = ", ".join(
            '"%s": {"id": "%s", "message": %s, "parent": %s, "children": [%s]}'
            % (
                node,
                node,
                message,
                "null" if parent is None else '"%s"' % parent,
                ", ".join('"%s"' % child for child in children),
            )
            for node, message, parent, children in nodes
        )
        own = self.new_id()
        return (
            '{"title": "%s", "create_time": %.6f, "update_time": %.6f, "mapping": {%s}, '
            '"moderation_results": [], "current_node": "%s", "plugin_ids": null, '
            '"conversation_id": "%s", "conversation_template_id": null, "gizmo_id": null, '
            '"is_archived": false, "is_starred": null, "safe_urls": [], "blocked_urls": [], '
            '"default_model_slug": "gpt-4o", "is_do_not_remember": false, "id": "%s"}'
            % (self.cut(20), created, when, mapping, at, own, own)
        )


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdigit() or int(sys.argv[1]) < 1:
        sys.exit(__doc__)
    wanted = int(sys.argv[1]) * 1_000_000
    writer = Writer(20240320)
    written = number = 0
    sys.stdout.write("[")
    while written < wanted:
        text = (", " if number else "") + writer.conversation(number)
        sys.stdout.write(text)
        written += len(text)
        number += 1
    sys.stdout.write("]")


if __name__ == "__main__":
    main()
