"""How much of an answer key a profile holds.  Pure: values in, figures out.

A key fact is found when at least half of its words stand in one fact of a conversation that the key
names.  Words are content words without endings; in Chinese, pairs of characters.  This tells how much
was found, not how well it is worded."""

import re
import unicodedata

HALF = 0.5
MOSTLY = 0.6

CJK = "\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[^\W_{CJK}]+|[{CJK}]+")
CLITIC = re.compile(r"n't\b|'(?:s|m|re|ve|ll|d)\b")
ENDING = re.compile(r"(?<=\w{3})(?:ingly|edly|ing|ied|ies|ed|es|ly|s|e)$")
SMALL_CHINESE = re.compile("用户|喜欢|自己|一个|[的了是我你他她它们和与在也很就都有想会吗呢吧啊]")


def fold(text):
    """One form for letters that look alike: case, width, apostrophes."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")


def stem(word):
    word = ENDING.sub(lambda ending: "y" if ending[0] in ("ied", "ies") else "", word)
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


SMALL = {stem(word) for word in (
    "a about after again all also am an and any are as at be because been before being but by can "
    "could did do does during each else even ever few find for from get go got had has have he her "
    "here hers him his how i if in into is it its just like love made make may me might mine more "
    "most much must my no nor not now of off on one only or other our out over own really recent "
    "same shall she should so some something such than that the their them then there these they "
    "thing think this those through to too two under until up us use user very want was we were "
    "what when where which while who whom whose why will wish with would yet you your enjoy feel "
    "believe current went going gone getting").split()}


def words(text, names=frozenset()):
    """The content words of a text as a set; `names` are left out."""
    found = set()
    for word in WORD.findall(CLITIC.sub("", fold(text))):
        if re.match(f"[{CJK}]", word):
            for part in SMALL_CHINESE.split(word):
                found.update(part[i:i + 2] for i in range(max(1, len(part) - 1)) if part)
        elif len(word) > 1 and stem(word) not in SMALL:
            found.add(stem(word))
    return found - names


class Text:
    """A text that words are looked for in."""

    def __init__(self, text):
        self.folded = fold(text)
        self.words = words(text)

    def holds(self, word):
        # A single character is no pair, but may stand inside of one.
        return word in self.words or (re.match(f"[{CJK}]", word) and word in self.folded)

    def share(self, wanted):
        """The share of the wanted words that stand here, 0 to 1."""
        return sum(1 for word in wanted if self.holds(word)) / len(wanted) if wanted else 0.0


def squeezed(text):
    return "".join(fold(text).split())


class Fact:
    """A published fact: its words, its quote, the conversations it is from.

    A fact that only the notes of another assistant state is from none."""

    def __init__(self, row):
        fact = row["fact"]
        self.text = fact if isinstance(fact, str) else " ".join(str(part) for part in fact.values() if part)
        self.quote = row.get("quote") or ""
        self.conversations = {source["conversation_id"] for source in row["sources"]
                              if "conversation_id" in source}
        self.in_text = Text(self.text)
        self.in_quote = Text(self.text + "\n" + self.quote)
        self.squeezed_quote = squeezed(self.quote)


def near_duplicates(facts):
    """How many facts say again what an earlier one said: at least four fifths of the shorter's words."""
    seen, count = [], 0
    for fact in facts:
        mine = fact.in_text.words
        if any(mine == other or (min(len(mine), len(other)) > 1 and
                                 len(mine & other) >= 0.8 * min(len(mine), len(other)))
               for other in seen):
            count += 1
        seen.append(mine)
    return count


class Figures:
    """Counts by name, in the order in which they first came, and what went wrong, a line each."""

    def __init__(self):
        self.counts = {}
        self.missed = []

    def add(self, name, good, of=1):
        mine = self.counts.setdefault(name, [0, 0])
        mine[0] += good
        mine[1] += of


class Account:
    """One archive: what the user and the assistant said, and the answer key."""

    def __init__(self, conversations, key):
        self.key = key
        self.messages = conversations
        self.by_id = {m["id"]: m for ms in conversations.values() for m in ms if m.get("id")}
        self.names = words(" ".join(key.get(who) or "" for who in ("user_name", "other_speaker")))

    def user_texts(self, conversation_ids=None):
        ids = self.messages if conversation_ids is None else conversation_ids
        return [m["content"] for i in ids for m in self.messages.get(i, []) if m["role"] == "user"]

    def said_by(self, fact, role):
        """True if all messages that the key gives for this fact are this role's."""
        evidence = fact.get("message_ids") or []
        return bool(evidence) and all(self.by_id.get(i, {}).get("role") == role for i in evidence)

    def is_spoken(self, fact):
        """True if a sentence of the user's holds most words of a fact without evidence."""
        wanted = words(fact["fact"], self.names)
        return any(Text(sentence).share(wanted) >= MOSTLY
                   for text in self.user_texts(fact["conversation_ids"])
                   for sentence in re.split(r"(?<=[.!?。！？])\s*", text))

    def is_askable(self, fact):
        if fact.get("kind") == "profile" or fact.get("image_captions"):
            return False
        if fact.get("said_by", "user") != "user":
            return False
        if fact.get("message_ids") or fact.get("said_by"):
            return self.said_by(fact, "user")
        return self.is_spoken(fact)


def measure_recall(figures, account, facts):
    of = {}
    for fact in facts:
        for conversation in fact.conversations:
            of.setdefault(conversation, []).append(fact)
    for known in account.key.get("user_facts") or []:
        if not account.is_askable(known):
            continue
        wanted = words(known["fact"], account.names)
        near = [fact for i in known["conversation_ids"] for fact in of.get(i, [])]
        evidence = [squeezed(account.by_id[i]["content"]) for i in known.get("message_ids") or []]
        name = f"recall {known.get('kind', 'fact')}, "
        figures.add(name + "text", any(f.in_text.share(wanted) >= HALF for f in near))
        figures.add(name + "quote", any(f.in_quote.share(wanted) >= HALF for f in near))
        if evidence:
            figures.add(name + "message", any(f.squeezed_quote and f.squeezed_quote in message
                                              for f in near for message in evidence))


def measure_hobbies(figures, account, facts):
    """Hobbies of the key that the user names: does any fact name them?"""
    said = [Text(text) for text in account.user_texts()]
    for hobby in re.split("[,，、]", (account.key.get("profile") or {}).get("hobbies") or ""):
        wanted = words(hobby)
        if wanted and any(text.share(wanted) == 1 for text in said):
            figures.add("recall hobby, text", any(f.in_text.share(wanted) == 1 for f in facts))


def measure_other_speaker(figures, account, facts):
    """Facts of the other speaker that are told of the user."""
    for known in account.key.get("other_facts") or []:
        if known.get("image_captions"):
            continue
        if known.get("message_ids") and not account.said_by(known, "assistant"):
            continue
        wanted = words(known["fact"], account.names)
        figures.add("wrong speaker", any(f.in_text.share(wanted) >= MOSTLY for f in facts
                                         if f.conversations & set(known["conversation_ids"])))


def plain(text):
    """Folded words with one space between them; each Chinese character is a word."""
    return " ".join(re.findall(rf"[^\W_{CJK}]+|[{CJK}]", fold(text).replace("'", "")))


def stands_in(part, whole):
    return bool(plain(part)) and f" {plain(part)} " in f" {plain(whole)} "


def is_name(said, key):
    """One is a part of the other: "Budi" and "Pak Budi"."""
    return stands_in(said, key) or stands_in(key, said)


def is_home(said, key):
    """The place itself, with or without the country, or the country alone."""
    return stands_in(re.split("[,，]", key)[0], said) or stands_in(said, key)


def is_occupation(said, key):
    """At least half of the words of one stand in the other."""
    return Text(key).share(words(said)) >= HALF or Text(said).share(words(key)) >= HALF


SLOTS = {"name": ("name", is_name), "home": ("location", is_home),
         "occupation": ("occupation", is_occupation)}


def key_of_slot(key, slot):
    profile = key.get("profile") or {}
    more = profile.get("demographics") or {}
    if slot == "name":
        return key.get("user_name") or profile.get("name")
    if slot == "home":
        return more.get("location")
    return " / ".join(filter(None, (more.get("occupation"), profile.get("role")))) or None


def judge_slot(slot, said, key):
    """"right", "wrong" or "not said"."""
    if not said or "not enough data" in fold(said):
        return "not said"
    return "right" if SLOTS[slot][1](said, key) else "wrong"


def measure_slots(figures, account, section):
    for slot, (field, _) in SLOTS.items():
        key = key_of_slot(account.key, slot)
        if not key:
            continue
        said = str(section.get(field) or "")
        verdict = judge_slot(slot, said, key)
        if verdict == "wrong":
            figures.missed.append(f"{slot}: {said!r}, not {key!r}")
        for possible in ("right", "wrong", "not said"):
            figures.add(f"{slot}, {possible}", verdict == possible)


def measure_account(figures, account, facts, section):
    """Adds the figures of one archive; `section` is the section "user", None = there is none."""
    figures.add("facts", len(facts), 0)
    figures.add("near-duplicates", near_duplicates(facts), len(facts))
    measure_recall(figures, account, facts)
    measure_hobbies(figures, account, facts)
    measure_other_speaker(figures, account, facts)
    filler = set(account.key.get("noise_conversation_ids") or [])
    if filler:
        figures.add("from filler chats", sum(bool(f.conversations) and f.conversations <= filler for f in facts), len(facts))
    if section is not None:
        measure_slots(figures, account, section)


def judge_trap(pattern, facts):
    """True if what was noted is what is to be noted (traps.py)."""
    if pattern == "-" or not facts:
        return not facts and pattern[0] in "-?"
    return all(re.search(pattern.removeprefix("?"), fact.text, re.IGNORECASE) for fact in facts)
