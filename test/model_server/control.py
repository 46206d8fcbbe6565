"""The control paths, by which tests script the server and read what it saw (README.md)."""

import json

from reply import json_reply
from script import ScriptError

_LONGEST_WAIT_MS = 600_000


class Control:
    """server: has script, journal, gate, batches and reset()."""

    def __init__(self, server):
        self._server = server
        self._routes = {
            ("POST", "/_script"): self._script,
            ("GET", "/_script"): self._show_script,
            ("POST", "/_config"): self._config,
            ("POST", "/_release"): self._release,
            ("POST", "/_reset"): self._reset,
            ("GET", "/_journal"): self._journal,
            ("GET", "/_stats"): self._stats,
            ("GET", "/_wait"): self._wait,
        }

    async def answer(self, request):
        route = self._routes.get((request.method, request.path))
        if route is None:
            return json_reply({"error": f"{request.method} {request.path}: no such control"}, 404)
        try:
            given = json.loads(request.body) if request.body else {}
            if not isinstance(given, dict):
                raise ScriptError("the body: an object is wanted")
            return json_reply(await route(given, request.query))
        except ValueError as error:
            return json_reply({"error": str(error)}, 400)

    async def _script(self, given, _):
        """items are added at the end, config is changed; all or nothing of the items."""
        extra = given.keys() - {"items", "config", "clear"}
        if extra:
            raise ScriptError(f"{sorted(extra)[0]}: there is no such field")
        if given.get("clear"):
            self._server.script.items = []
        self._server.script.add(given.get("items", []))
        await self._config(given.get("config", {}), None)
        return await self._show_script({}, None)

    async def _show_script(self, _, __):
        script = self._server.script
        return {"items": [item.show() for item in script.items], "config": vars(script.config)}

    async def _config(self, given, _):
        script = self._server.script
        script.config.change(given)
        self._server.journal.keep_bodies = script.config.journal_bodies
        if not script.config.hold and given.get("hold") is False:
            self._server.gate.release()
        return {"config": vars(script.config)}

    async def _release(self, given, _):
        return {"released": self._server.gate.release(given.get("count"))}

    async def _reset(self, _, __):
        self._server.reset()
        return {}

    async def _journal(self, _, query):
        return self._server.journal.show(int(query.get("from", 1)), query.get("kind"),
                                         query.get("bodies", "1") != "0")

    async def _stats(self, _, __):
        return {**self._server.journal.stats(), "held": self._server.gate.held()}

    async def _wait(self, _, query):
        """Answers when the journal's numbers have reached the given ones, or after timeout_ms."""
        timeout = min(int(query.pop("timeout_ms", 10_000)), _LONGEST_WAIT_MS) / 1000
        stats = await self._stats({}, None)
        wanted = {}
        for name, value in query.items():
            exact = name.removesuffix("_is")
            if exact not in stats:
                raise ScriptError(f"{name}: one of {', '.join(stats)} is wanted")
            wanted[name] = int(value)

        def reached():
            now = {**self._server.journal.stats(), "held": self._server.gate.held()}
            return all(now[name.removesuffix("_is")] == value if name.endswith("_is")
                       else now[name] >= value for name, value in wanted.items())

        done = await self._server.journal.wait(reached, timeout)
        return {"reached": done, **await self._stats({}, None)}
