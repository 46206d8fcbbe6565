"""Prints the figures of all data sets, one line per figure: the profile's beside the baseline's.

    python3 report.py ROWS      each line of this file is the JSON of one archive: set, key (path of the
                                answer key), conversations, facts, user_md"""

import json
import sys
from pathlib import Path

import traps
from ranked import ranked
from yardstick import Account, Fact, Figures, judge_trap, measure_account

TRAPS = "traps"


def section_of(row):
    """The section "user" as published."""
    try:
        section = json.loads(row["user_md"] or "{}")
    except ValueError:
        section = {}
    return section if isinstance(section, dict) else {}


def facts_of(rows):
    return [Fact(row) for row in rows]


def measure_traps(figures, facts):
    good = 0
    rows = traps.load()
    for conversation, kind, sentence, pattern in rows:
        noted = [fact for fact in facts if conversation in fact.conversations]
        passed = judge_trap(pattern, noted)
        figures.add(kind, passed)
        good += passed
        if not passed:
            figures.missed.append(f"{kind}: {sentence!r} -> {[fact.text for fact in noted] or 'nothing'}")
    figures.add("all", good, len(rows))


def text_of(count):
    if count is None:
        return "-"
    good, of = count
    return f"{good} of {of} {100 * good / of:5.1f} %" if of else str(good)


def print_set(name, profile, baseline):
    for figure in [*profile.counts, *(f for f in baseline.counts if f not in profile.counts)]:
        columns = [text_of(figures.counts.get(figure)) for figures in (profile, baseline)]
        print(f"{name:<24}{figure:<28}{columns[0]:>20}{columns[1]:>20}")


def main():
    sets = {}
    # Not splitlines(): texts hold other line ends than ours.
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").rstrip("\n").split("\n"):
        row = json.loads(line)
        profile, baseline = sets.setdefault(row["set"], (Figures(), Figures()))
        conversations = row["conversations"] or {}
        published, plain = facts_of(row["facts"]), facts_of(ranked(conversations))
        if row["set"] == TRAPS:
            measure_traps(profile, published)
            measure_traps(baseline, plain)
            continue
        account = Account(conversations, json.loads(Path(row["key"]).read_text(encoding="utf-8")))
        measure_account(profile, account, published, section_of(row))
        measure_account(baseline, account, plain, None)
    print(f"{'data set':<24}{'figure':<28}{'profile':>20}{'ranked sentences':>20}")
    for name, (profile, baseline) in sets.items():
        print_set(name, profile, baseline)
    print("\nWrong in profiles:")
    for name, (profile, _) in sets.items():
        for line in profile.missed:
            print(f"  {name}: {line}")


if __name__ == "__main__":
    main()
