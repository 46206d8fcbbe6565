"""The yardstick, where it could be wrong."""

import unittest

import traps
from ranked import ROOM, ranked, sentences, worth
from report import measure_traps, section_of, text_of
from yardstick import (Account, Fact, Figures, Text, judge_slot, judge_trap, key_of_slot, measure_account,
                       near_duplicates, stem, words)


def fact(text, quote="", conversation="c1"):
    return Fact({"fact": text, "quote": quote, "sources": [{"conversation_id": conversation}]})


def account(key, *messages):
    """One conversation c1; messages are (role, text), with ids m0, m1, …"""
    said = [{"id": f"m{place}", "role": role, "content": text} for place, (role, text) in enumerate(messages)]
    return Account({"c1": said}, key)


def counts(account, facts, section=None):
    figures = Figures()
    measure_account(figures, account, facts, section)
    return figures.counts


class WordsTest(unittest.TestCase):
    def test_drops_endings(self):
        for forms in (("paint", "paints", "painted", "painting"), ("hobby", "hobbies"), ("run", "running")):
            self.assertEqual({stem(form) for form in forms}, {forms[0]}, forms)

    def test_keeps_short_words(self):
        self.assertEqual(words("An owl eats ice"), {"owl", "eat", "ice"})

    def test_drops_single_letters(self):
        self.assertEqual(words("plan B, 5 x"), {"plan"})

    def test_drops_small_words_in_every_form(self):
        self.assertEqual(words("I don't think she's going, we've been there; I WANTED it"), set())

    def test_folds_what_keyboards_change(self):
        self.assertEqual(words("Ｃａｆé Zoë’s"), words("café zoë"))

    def test_leaves_names_out(self):
        self.assertEqual(words("Budi rides a motorcycle", words("Pak Budi")), {"rid", "motorcycl"})

    def test_chinese_becomes_pairs(self):
        self.assertEqual(words("用户喜欢音乐制作"), {"音乐", "乐制", "制作"})

    def test_one_chinese_character_is_found_within_pairs(self):
        self.assertEqual(Text("家里养猫").share(words("猫")), 1)
        self.assertEqual(Text("家里养狗").share(words("猫")), 0)

    def test_latin_words_are_not_found_within_others(self):
        self.assertEqual(Text("a party").share(words("art")), 0)

    def test_nothing_wanted_is_nothing_found(self):
        self.assertEqual(Text("all of it").share(words("the")), 0)


class RecallTest(unittest.TestCase):
    known = {"fact": "User rides a red bicycle to work", "kind": "static", "conversation_ids": ["c1"]}

    def recall(self, facts, role="user", **more):
        key = {"user_facts": [dict(self.known, message_ids=["m0"], **more)]}
        return counts(account(key, (role, "I take my red bicycle, always.")), facts)

    def test_half_of_the_words_in_one_fact(self):
        found = self.recall([fact("Rides a bicycle")])
        self.assertEqual(found["recall static, text"], [1, 1])
        self.assertEqual(self.recall([fact("Has a bicycle")])["recall static, text"], [0, 1])
        self.assertEqual(self.recall([fact("Rides"), fact("Bicycle")])["recall static, text"], [0, 1])

    def test_quote_counts_with_the_text(self):
        found = self.recall([fact("Keeps fit", "my red bicycle")])
        self.assertEqual(found["recall static, text"], [0, 1])
        self.assertEqual(found["recall static, quote"], [1, 1])
        self.assertEqual(found["recall static, message"], [1, 1])

    def test_message_wants_the_very_message(self):
        self.assertEqual(self.recall([fact("Rides a bicycle", "another bicycle")])["recall static, message"], [0, 1])
        self.assertEqual(self.recall([fact("Rides a bicycle")])["recall static, message"], [0, 1])

    def test_facts_of_other_conversations_do_not_count(self):
        self.assertEqual(self.recall([fact("Rides a red bicycle", "", "c2")])["recall static, text"], [0, 1])

    def test_asks_only_for_what_the_user_said(self):
        for found in (self.recall([], "assistant"), self.recall([], said_by="assistant"),
                      self.recall([], image_captions=["a bicycle"])):
            self.assertNotIn("recall static, text", found)

    def test_without_evidence_a_sentence_must_hold_the_fact(self):
        key = {"user_facts": [dict(self.known, kind="persona")]}
        spoken = account(key, ("user", "Well. I ride my red bicycle to the office."))
        self.assertEqual(counts(spoken, [])["recall persona, text"], [0, 1])
        unspoken = account(key, ("user", "I like red. My bicycle broke."), ("assistant", "I ride my red bicycle."))
        self.assertNotIn("recall persona, text", counts(unspoken, []))

    def test_objects_are_read_whole(self):
        found = self.recall([fact({"name": "Commute", "description": "rides a bicycle", "details": None})])
        self.assertEqual(found["recall static, text"], [1, 1])

    def test_hobbies_that_were_named(self):
        key = {"profile": {"hobbies": "滑板，音乐制作、hiking, chess"}}
        found = counts(account(key, ("user", "我在学音乐制作。 I went hiking."), ("assistant", "滑板, chess")),
                       [fact("学习音乐制作", "", "c9")])
        self.assertEqual(found["recall hobby, text"], [1, 2])

    def test_wrong_speaker(self):
        key = {"other_facts": [{"fact": "I keep bees", "conversation_ids": ["c1"]},
                               {"fact": "I own a boat", "conversation_ids": ["c2"]}]}
        found = counts(account(key, ("user", "Hello")), [fact("Keeps bees"), fact("Owns a boat")])
        self.assertEqual(found["wrong speaker"], [1, 2])

    def test_filler(self):
        key = {"noise_conversation_ids": ["c1"]}
        noted = Fact({"fact": "Has a fox", "sources": [{"source": "memory of Claude", "at": None}]})
        found = counts(account(key), [fact("Has a cat"), fact("Has a dog", "", "c2"), noted])
        self.assertEqual(found["from filler chats"], [1, 3])


class DuplicatesTest(unittest.TestCase):
    def test_same_words_or_most_of_the_shorter(self):
        self.assertEqual(near_duplicates([fact("Likes green tea"), fact("Loves green tea"),
                                          fact("Drinks green tea every morning")]), 2)

    def test_one_common_word_is_none(self):
        self.assertEqual(near_duplicates([fact("Likes tea"), fact("Grows tea in Nepal")]), 0)


class SlotsTest(unittest.TestCase):
    def judge(self, slot, key, *said):
        return {judge_slot(slot, each, key) for each in said}

    def test_name(self):
        self.assertEqual(self.judge("name", "Pak Budi", "Budi", "pak budi"), {"right"})
        self.assertEqual(self.judge("name", "Liam O'Connor", "Liam", "Liam O’Connor"), {"right"})
        self.assertEqual(self.judge("name", "Ann", "Anna", "Autumn"), {"wrong"})
        self.assertEqual(self.judge("name", "Ann", "", None, "not enough data"), {"not said"})

    def test_chinese_name(self):
        self.assertEqual(self.judge("name", "陈阳", "陈阳", "阳"), {"right"})
        self.assertEqual(self.judge("name", "陈阳", "陈明"), {"wrong"})

    def test_home(self):
        key = "Gold Coast, Australia"
        self.assertEqual(self.judge("home", key, "Gold Coast", "Australia", "the Gold Coast in Queensland"), {"right"})
        self.assertEqual(self.judge("home", key, "Perth, Australia", "Ivory Coast"), {"wrong"})

    def test_occupation(self):
        key = "Ride-hailing Driver / Motorcycle Taxi Driver (Ojek)"
        self.assertEqual(self.judge("occupation", key, "ojek driver", "a driver"), {"right"})
        self.assertEqual(self.judge("occupation", key, "solicitor"), {"wrong"})

    def test_each_slot_is_counted_once(self):
        found = counts(account({"user_name": "Ann"}), [], {"name": "Bea", "location": "Rome"})
        self.assertEqual([found[f"name, {verdict}"] for verdict in ("right", "wrong", "not said")],
                         [[0, 1], [1, 1], [0, 1]])
        self.assertNotIn("home, wrong", found)

    def test_wrong_ones_are_told(self):
        figures = Figures()
        measure_account(figures, account({"user_name": "Ann"}), [], {"name": "Bea"})
        self.assertEqual(figures.missed, ["name: 'Bea', not 'Ann'"])

    def test_keys(self):
        key = {"profile": {"name": "Budi", "role": "Rider", "demographics": {"location": "Jakarta"}}}
        self.assertEqual([key_of_slot(key, slot) for slot in ("name", "home", "occupation")],
                         ["Budi", "Jakarta", "Rider"])
        self.assertEqual(key_of_slot({}, "occupation"), None)

    def test_section_that_is_none(self):
        self.assertEqual([section_of({"user_md": text}) for text in (None, "", "no JSON", "[1]")], [{}] * 4)


class TrapsTest(unittest.TestCase):
    def test_verdicts(self):
        cat, dog = fact("Has a cat"), fact("Has a dog")
        self.assertTrue(judge_trap("-", []))
        self.assertFalse(judge_trap("-", [cat]))
        self.assertFalse(judge_trap("-", [fact("Has a red-haired cat")]))
        self.assertTrue(judge_trap("CAT", [cat]))
        self.assertFalse(judge_trap("cat", [cat, dog]))
        self.assertFalse(judge_trap("cat", []))
        self.assertTrue(judge_trap("?cat", []))
        self.assertFalse(judge_trap("?cat", [dog]))

    def test_each_has_a_conversation_of_its_own(self):
        rows, exported = traps.load(), traps.export()
        self.assertGreaterEqual(len(rows), 40)
        self.assertEqual([row[0] for row in rows], [conversation["id"] for conversation in exported])
        self.assertEqual(len({sentence for _, _, sentence, _ in rows}), len(rows))

    def test_all_comes_last(self):
        figures = Figures()
        measure_traps(figures, [])
        self.assertEqual(list(figures.counts)[-1], "all")
        good, of = figures.counts["all"]
        self.assertEqual(len(figures.missed), of - good)


class BaselineTest(unittest.TestCase):
    def test_sentences(self):
        self.assertEqual(sentences("I am here. 我在这里。我很好！\nYes"), ["I am here.", "我在这里。", "我很好！", "Yes"])

    def test_takes_statements_in_the_first_person(self):
        for sentence in ("I live in a small house.", "我喜欢在海边散步。"):
            self.assertIsNotNone(worth(sentence), sentence)
        for sentence in ("Do I live in a house?", "He lives in a house.", "I do.", "他喜欢在海边散步。"):
            self.assertIsNone(worth(sentence), sentence)

    def test_a_life_is_worth_more_than_a_task(self):
        self.assertGreater(worth("I live with my wife in Lyon."), worth("I want you to fix this code."))

    def facts(self, *texts, role="user"):
        return ranked({"c1": [{"role": role, "content": text} for text in texts]})

    def test_only_the_user_each_sentence_once(self):
        self.assertEqual(self.facts("I live in a house.", role="assistant"), [])
        self.assertEqual(len(self.facts("I live in a house.", "i live in a house")), 1)

    def test_as_many_as_fit(self):
        facts = self.facts(*(f"I live in house number {n} of my street." for n in range(1000)))
        self.assertLessEqual(sum(len(each["fact"]) + 3 for each in facts), ROOM)
        self.assertGreater(sum(len(each["fact"]) + 3 for each in facts), ROOM - 100)


class ReportTest(unittest.TestCase):
    def test_figures(self):
        self.assertEqual([text_of(count) for count in (None, [3, 0], [1, 4])], ["-", "3", "1 of 4  25.0 %"])


if __name__ == "__main__":
    unittest.main()
