"""Message batches in their plain form: one has ended when it was looked at often enough."""

import hashlib
import json
import re
from datetime import datetime, timedelta, timezone

from refusal import Refusal, bad
from reply import Reply, json_reply

_CUSTOM_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_MOST_REQUESTS = 100_000
_PAGE = 20
_COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")


def _now(hours=0):
    at = datetime.now(timezone.utc) + timedelta(hours=hours)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Batch:
    def __init__(self, number, requests):
        self.requests = requests
        self.polls = 0
        self.lines = None
        self.shown = {
            "id": f"msgbatch_{number:024d}", "type": "message_batch",
            "processing_status": "in_progress",
            "request_counts": dict.fromkeys(_COUNTS, 0) | {"processing": len(requests)},
            "created_at": _now(), "expires_at": _now(24), "ended_at": None, "archived_at": None,
            "cancel_initiated_at": None, "results_url": None,
        }


class Batches:
    """answer(custom_id, params) gives the result of one request."""

    def __init__(self, answer, config):
        self._answer = answer
        self._config = config
        self._batches = {}  # by id, oldest first
        self._numbers = 0

    def reset(self):
        self._batches = {}

    def route(self, request, body):
        """The reply to a request for the batches' path or below.  body() reads a POST's body."""
        steps = request.path.split("/")[4:]
        call = (request.method, len(steps), steps[1] if len(steps) > 1 else "")
        if call == ("POST", 0, ""):
            return json_reply(self._create(body()))
        if call == ("GET", 0, ""):
            return json_reply(self._list(request.query))
        routes = {("GET", 1, ""): self._get, ("DELETE", 1, ""): self._delete,
                  ("POST", 2, "cancel"): self._cancel}
        if call in routes:
            return json_reply(routes[call](self._find(steps[0]), request))
        if call == ("GET", 2, "results"):
            return self._results(self._find(steps[0]))
        raise Refusal(404, "Not found")

    def _find(self, name):
        if name not in self._batches:
            raise Refusal(404, f"Batch not found: {name}")
        return self._batches[name]

    def _create(self, body):
        if body.keys() != {"requests"}:
            extra = next(iter(body.keys() - {"requests"}), None)
            raise bad(f"{extra}: Extra inputs are not permitted" if extra
                      else "requests: Field required")
        requests = body["requests"]
        if not isinstance(requests, list) or not 0 < len(requests) <= _MOST_REQUESTS:
            raise bad(f"requests: a list of 1 to {_MOST_REQUESTS} items is required")
        seen = set()
        for i, one in enumerate(requests):
            if not isinstance(one, dict) or one.keys() != {"custom_id", "params"}:
                raise bad(f"requests.{i}: custom_id and params are required, and nothing else")
            custom_id = one["custom_id"]
            if not isinstance(custom_id, str) or not _CUSTOM_ID.match(custom_id):
                raise bad(f"requests.{i}.custom_id: String should match pattern "
                          f"'{_CUSTOM_ID.pattern}'")
            if custom_id in seen:
                raise bad(f"requests.{i}.custom_id: custom_id values must be unique, found "
                          f"{custom_id} twice")
            seen.add(custom_id)
        self._numbers += 1
        batch = _Batch(self._numbers, requests)
        self._batches[batch.shown["id"]] = batch
        return batch.shown

    def _get(self, batch, request):
        batch.polls += 1
        config = self._config()
        if batch.lines is None and (batch.polls >= config.batch_polls
                                    or batch.shown["processing_status"] == "canceling"):
            self._end(batch, request, config)
        return batch.shown

    def _end(self, batch, request, config):
        canceled = batch.shown["processing_status"] == "canceling"
        counts = dict.fromkeys(_COUNTS, 0)
        batch.lines = []
        # In any order, but the same every time.
        for one in sorted(batch.requests,
                          key=lambda r: hashlib.sha256(r["custom_id"].encode()).digest()):
            result, times = ({"type": "canceled"}, 1) if canceled else \
                self._answer(one["custom_id"], one["params"])
            counts[result["type"]] += 1
            batch.lines += [{"custom_id": one["custom_id"], "result": result}] * times
        own = f"http://{request.header('host')}/v1/messages/batches/{batch.shown['id']}/results"
        batch.shown |= {"processing_status": "ended", "request_counts": counts,
                        "ended_at": _now(), "results_url": config.results_url or own}

    def _cancel(self, batch, _):
        if batch.lines is None:
            batch.shown |= {"processing_status": "canceling", "cancel_initiated_at": _now()}
        return batch.shown

    def _delete(self, batch, _):
        if batch.lines is None:
            raise bad("A batch that is still being processed cannot be deleted; cancel it first.")
        del self._batches[batch.shown["id"]]
        return {"id": batch.shown["id"], "type": "message_batch_deleted"}

    def _results(self, batch):
        if batch.lines is None:
            raise bad("The results are not available before the batch has ended.")
        body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in batch.lines)
        return Reply(200, body.encode(), {"content-type": "application/x-jsonl"})

    def _list(self, query):
        shown = [batch.shown for batch in reversed(self._batches.values())]  # newest first
        ids = [batch["id"] for batch in shown]
        limit = int(query.get("limit", _PAGE)) if query.get("limit", "1").isdigit() else 0
        if not 1 <= limit <= 1000:
            raise bad("limit: Input should be between 1 and 1000")
        for name in ("after_id", "before_id"):
            if name in query and query[name] not in ids:
                raise bad(f"{name}: there is no such batch")
        begin = ids.index(query["after_id"]) + 1 if "after_id" in query else 0
        end = len(ids)
        if "before_id" in query:
            end = ids.index(query["before_id"])
            begin = max(begin, end - limit)
        page = shown[begin:end][:limit]
        more = begin > 0 if "before_id" in query else begin + len(page) < end
        return {"data": page, "has_more": more, "first_id": page[0]["id"] if page else None,
                "last_id": page[-1]["id"] if page else None}
