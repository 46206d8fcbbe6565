"""What the local servers of tests share: a journal that those who wait for it can watch."""

import threading


class Journal:
    """What the requests share; every change of the journal wakes those who wait for it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.reset()

    def reset(self):
        self.journal, self.script = [], []

    def next_item(self):
        """What the next request meets: {} = nothing."""
        if self.script and self.script[0].get("times") == "always":
            return self.script[0]
        return self.script.pop(0) if self.script else {}

    def note(self, entry, **seen):
        with self.changed:
            entry.update(seen)
            self.changed.notify_all()

    def numbers(self):
        return {"requests": len(self.journal),
                "in_flight": sum(entry["outcome"] == "open" for entry in self.journal)}

    def wait(self, timeout_ms=0, **wanted):
        """The journal, as soon as its numbers are at least (_is: exactly) the wanted ones."""
        def reached():
            return all(self.numbers()[name.removesuffix("_is")] == int(value) if name.endswith("_is")
                       else self.numbers()[name] >= int(value) for name, value in wanted.items())

        with self.changed:
            done = self.changed.wait_for(reached, int(timeout_ms) / 1000)
            return {"reached": done, **self.numbers(), "journal": self.journal}
