"""The baseline: the user's own sentences in the first person, ranked, as many as fit MEMORY's room.

It knows nothing but a few words.  Rules or a model that find less than it find too little."""

import re

ROOM = 12000  # characters
LONGEST_MESSAGE = 3000  # a longer one is pasted

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2}|[^\W_]+(?:['\u2019][^\W_]+)?")
FIRST_PERSON = re.compile(r"\b(?:i|my|mine|we|our)\b|我", re.IGNORECASE)
LIFE = re.compile(
    r"\b(?:name|born|live[ds]?|living|grew|moved|from|home|work(?:ed|ing)?|job|career|retired?|stud(?:y|ied|ying)|"
    r"degree|school|married|single|wife|husband|partner|sons?|daughters?|kids?|children|mother|mum|mom|father|dad|"
    r"brother|sister|family|friends?|dogs?|cats?|years?|since|always|usually|never|every|often|love|like|enjoy|hate|"
    r"prefer|favou?rite|hobby|allergic|vegan|vegetarian|diagnosed|believe|dream|goal|plan(?:ning)?|decided|started|"
    r"learn(?:ing|ed)?|bought|joined|trip|travel(?:led|ing)?|play(?:ed|ing)?|used to|last|next)\b"
    r"|喜欢|爱好|住在|工作|出生|妈妈|爸爸|父母|朋友|妻子|丈夫|孩子|学习|专业|打算|决定|每天|经常|最近|旅行", re.IGNORECASE)
TASK = re.compile(
    r"\b(?:you|your|please|can|could|help|write|draft|version|option|table|list|code|file|step|thanks?|sounds|perfect|"
    r"this|that|it|let)\b|你|请|帮|谢谢|这个|那个", re.IGNORECASE)


def sentences(text):
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def worth(sentence):
    """How much a sentence seems to say about a life; None if it is no statement in the first person."""
    length = len(WORD.findall(sentence))
    if sentence[-1] in "?？" or not 4 <= length <= 45 or not FIRST_PERSON.search(sentence):
        return None
    names = len(re.findall(r"(?<=[a-z,] )[A-Z][a-z]+", sentence))
    numbers = len(re.findall(r"\d+", sentence))
    return (2 * len(LIFE.findall(sentence)) + 1.5 * min(names, 3) + min(numbers, 2)
            - 1.5 * len(TASK.findall(sentence)) - max(0, length - 30) / 10)


def ranked(conversations):
    """Facts in the shape of soulprint.facts from {conversation id: messages}."""
    candidates = []
    for conversation, messages in conversations.items():
        for message in messages:
            if message["role"] != "user" or len(message["content"]) > LONGEST_MESSAGE:
                continue
            for sentence in sentences(message["content"]):
                value = worth(sentence)
                if value is not None and value > 0:
                    candidates.append((-value, sentence, conversation))
    room, seen, facts = ROOM, set(), []
    for _, sentence, conversation in sorted(candidates):
        same = " ".join(WORD.findall(sentence.lower()))
        if same in seen:
            continue
        seen.add(same)
        room -= len(sentence) + 3
        if room < 0:
            break
        facts.append({"fact": sentence, "quote": sentence, "sources": [{"conversation_id": conversation}]})
    return facts
