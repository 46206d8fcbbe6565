"""The manner in which a reply is sent: late, in pieces, cut off, or not at all.

`deliver` plays one script item's faults on one connection:

  delay_ms, hold           before the first byte
  drop: request | rst      the connection ends instead of an answer
  gzip, chunked, no_length how the body is framed
  drip                     the body in pieces of `bytes`, `every_ms`
  endless                  the body again and again, until the client leaves
  truncate, end            the connection ends (fin, rst) or hangs after so many bytes of the body
"""

import asyncio

import reply as replies

_DEFAULT_DRIP = {"bytes": 1, "every_ms": 50}
_CHUNK = 4000


def is_plain(item):
    """Whether the answer goes out at once and in one piece."""
    return item is None or not item.given.keys() & {
        "delay_ms", "hold", "drop", "gzip", "chunked", "no_length", "truncate", "end", "drip",
        "endless", "raw"}


def framed(reply, item):
    """The head, the body as it goes over the wire, and whether the connection ends it."""
    given = item.given if item else {}
    if given.get("endless"):
        return reply.head(None), reply.body, True
    if any(name.lower() == "content-length" for name in given.get("raw", {}).get("headers", {})):
        return reply.head(None), reply.body, True
    if given.get("gzip"):
        reply = replies.compressed(reply, given["gzip"])
    if given.get("no_length"):
        reply.headers["connection"] = "close"
        return reply.head(None), reply.body, True
    if given.get("chunked"):
        return reply.head("transfer-encoding: chunked"), _chunked(reply.body), False
    return reply.head(f"content-length: {len(reply.body)}"), reply.body, False


def _chunked(body):
    pieces = (body[at:at + _CHUNK] for at in range(0, len(body), _CHUNK))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def deliver(connection, reply, item, latency_ms, hold, gate):
    """What sends the reply as the item says.  connection: wire.Connection.  gate: keeps what is
    held, from this call on: a release counts however early it comes."""
    given = item.given if item else {}
    held = gate.hold() if given.get("hold", hold) else None
    return _deliver(connection, reply, item, latency_ms, held, gate)


async def _deliver(connection, reply, item, latency_ms, held, gate):
    given = item.given if item else {}
    try:
        await asyncio.sleep(given.get("delay_ms", latency_ms) / 1000)
        if held:
            await held
    finally:
        gate.forget(held)
    if "drop" in given:
        connection.finish("cut", end="rst" if given["drop"] == "rst" else "fin")
        return
    head, body, ends = framed(reply, item)
    cut = given.get("truncate", len(body) if "end" in given else None)
    if cut is not None:
        body = body[:cut]
    connection.write(head)
    if given.get("endless"):
        await _repeat(connection, body)
    elif "drip" in given:
        await _drip(connection, body, {**_DEFAULT_DRIP, **given["drip"]})
    else:
        connection.write(body)
    if cut is None:
        connection.finish("answered", end="fin" if ends else None)
    elif given.get("end", "fin") == "hang":
        await asyncio.get_running_loop().create_future()  # until the client leaves
    else:
        await connection.written()
        connection.finish("cut", end=given.get("end", "fin"))


async def _repeat(connection, body):
    while True:  # until the client leaves
        connection.write(body)
        await connection.written()
        await asyncio.sleep(0)


async def _drip(connection, body, drip):
    for at in range(0, len(body), drip["bytes"]):
        connection.write(body[at:at + drip["bytes"]])
        await asyncio.sleep(drip["every_ms"] / 1000)


class Gate:
    """Holds answers back until they are released."""

    def __init__(self, tell):
        """tell() is called whenever one more is held."""
        self._held = []
        self._tell = tell

    def hold(self):
        """One more is held: what is to be awaited, and forgotten afterwards."""
        future = asyncio.get_running_loop().create_future()
        self._held.append(future)
        self._tell()
        return future

    def forget(self, future):
        if future in self._held:
            self._held.remove(future)

    def held(self):
        return len(self._held)

    def release(self, count=None):
        """The first `count`, or all.  Says how many they were."""
        held = self._held[:count]
        self._held = self._held[len(held):]
        for future in held:
            if not future.done():
                future.set_result(None)
        return len(held)
