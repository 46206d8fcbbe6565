"""The prompt cache, as the usage of answers tells of it."""

from testing import ServerTest, asking, chunk, request

LONG = "Note what the user likes. " * 800  # 5,200 tokens
KEPT = {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}


def system(text=LONG, more="the nonce"):
    return [{**KEPT, "text": text}, {"type": "text", "text": more}]


class CacheTest(ServerTest):
    def used(self, **changes):
        """Input tokens: read, written, others."""
        answer = self.ask(asking(chunk("I like tea."), **{"system": system(), **changes}))
        usage = answer.json["usage"]
        self.assertEqual(usage["cache_creation"]["ephemeral_5m_input_tokens"],
                         usage["cache_creation_input_tokens"])
        return (usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"],
                usage["input_tokens"])

    def test_is_written_once_and_read_from_then_on(self):
        read, written, rest = self.used()
        self.assertEqual((read, written), (0, 5200))
        self.assertEqual(self.used(system=system(more="other")), (5200, 0, rest - 1))
        usage = self.journal()["journal"][-1]["usage"]
        self.assertEqual(usage["cache_read_input_tokens"], 5200)

    def test_any_change_before_the_breakpoint_misses(self):
        self.used()
        self.assertEqual(self.used(system=system(LONG + ".."))[0], 0)
        self.assertEqual(self.used(output_config=None)[0], 0)
        self.assertEqual(self.used(temperature=0, max_tokens=4096)[0], 5200)

    def test_what_is_too_short_for_the_model_is_not_kept(self):
        short = system("x" * (4096 * 4 - 1))
        for _ in range(2):
            self.assertEqual(self.used(system=short)[:2], (0, 0))
        self.assertEqual(self.used(system=system("x" * 4096 * 4))[:2], (0, 4096))

    def test_without_a_breakpoint_nothing_is_kept(self):
        for _ in range(2):
            self.assertEqual(self.used(system=LONG)[:2], (0, 0))

    def test_the_last_of_several_breakpoints_counts(self):
        more = [KEPT, {**KEPT, "text": LONG[:4000]}]
        self.used()
        self.assertEqual(self.used(system=more)[:2], (5200, 1000))
        self.assertEqual(self.used(system=more)[:2], (6200, 0))

    def test_can_be_read_once_the_first_is_answered(self):
        self.script({"hold": True})
        self.send(request(system=system()))
        self.wait(held=1)
        self.assertEqual(self.ask(request(system=system())).json["usage"]
                         ["cache_creation_input_tokens"], 5200)
        self.control("POST", "/_release")
        self.wait(in_flight_is=0)
        self.assertEqual(self.ask(request(system=system())).json["usage"]
                         ["cache_read_input_tokens"], 5200)

    def test_is_forgotten_in_time(self):
        self.used()
        self.script(cache_seconds=0)
        self.assertEqual(self.used()[:2], (0, 5200))

    def test_servers_that_do_not_know_it(self):
        self.script(cache_control=False)
        answer = self.ask(request(system=system()))
        self.assertEqual((answer.status, answer.message),
                         (400, "system.0.cache_control: Extra inputs are not permitted"))
        self.assertEqual(self.ask(request(system=system()[1:])).status, 200)
        self.script(blocks=False)
        answer = self.ask(request(system=system()[1:]))
        self.assertEqual((answer.status, answer.message),
                         (400, "system: Input should be a valid string"))
        self.assertEqual(self.ask(request(system=LONG)).status, 200)
