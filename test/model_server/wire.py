"""HTTP/1.1 on the bare connection, so that every fault can be played on it."""

import asyncio
import socket
import struct
from urllib.parse import parse_qsl, unquote

from manner import deliver, framed, is_plain

_MOST_HEAD = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: the connection ends with a RST


class Request:
    def __init__(self, method, target, headers):
        path, _, query = target.partition("?")
        self.method = method
        self.path = unquote(path)
        self.query = dict(parse_qsl(query)) if query else {}
        self.headers = headers
        self._by_name = {}
        for name, value in headers:
            self._by_name.setdefault(name.lower(), value)
        self.body = b""
        self._text = None

    def header(self, name):
        """The value of the first header of this name, None if there is none."""
        return self._by_name.get(name)

    @property
    def text(self):
        """The body as text, for looking into it."""
        if self._text is None:
            self._text = self.body.decode(errors="replace")
        return self._text

    @property
    def is_last(self):
        """Whether the client wants the connection closed after it."""
        return (self.header("connection") or "").lower() == "close"

    @property
    def is_control(self):
        return self.path.startswith("/_")


def read_head(head):
    """Raises ValueError if this is no head of a request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("this is not HTTP/1")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise ValueError("a header is malformed")
        headers.append((name, value.strip()))
    request = Request(method, target, headers)
    if request.header("transfer-encoding") is not None:
        raise ValueError("a request needs a content-length here")
    return request


def read_length(request):
    length = request.header("content-length") or "0"
    if not (length.isascii() and length.isdigit()):
        raise ValueError("the content-length is malformed")
    return int(length)


class Connection(asyncio.Protocol):
    """One connection: reads a request, has it answered, reads the next.

    server: has journal, script, gate, answer(request, entry) → (reply, item), and for the control
    paths the coroutine control(request) → reply.
    """

    def __init__(self, server):
        self.server = server
        self.number = 0
        self.transport = None
        self.buffer = bytearray()
        self.request = None  # the one that is being read or answered
        self.entry = None
        self.missing = 0  # bytes of its body
        self.requests = 0
        self.busy = False  # with an answer
        self.task = None
        self._may_write = None

    def connection_made(self, transport):
        self.transport = transport
        self.number = self.server.new_connection(self)

    def connection_lost(self, exc):
        self.server.connections.discard(self)
        if self.task is not None:
            self.task.cancel()
        if self.entry is not None:
            self.server.journal.end(self.entry, "client_left")

    def data_received(self, data):
        self.buffer += data
        if not self.busy:
            self._advance()

    def pause_writing(self):
        self._may_write = asyncio.get_running_loop().create_future()

    def resume_writing(self):
        if self._may_write is not None and not self._may_write.done():
            self._may_write.set_result(None)
        self._may_write = None

    async def written(self):
        """Waits until what was written is on its way, so that a RST cannot overtake it."""
        while self._may_write is not None:
            await self._may_write
        while self.transport.get_write_buffer_size() and not self.transport.is_closing():
            await asyncio.sleep(0.001)

    def write(self, data):
        self.transport.write(data)

    def finish(self, outcome, end=None):
        """The answer is over, and with end (fin, rst) the connection too."""
        if self.entry is not None:
            self.server.journal.end(self.entry, outcome)
        last = self.request.is_last
        self.request = self.entry = self.task = None
        self.busy = False
        if end == "rst":
            plain = self.transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.transport.abort()
        elif end == "fin" or last:
            self.transport.close()
        elif self.buffer:
            asyncio.get_running_loop().call_soon(self._advance)

    def _advance(self):
        if self.transport.is_closing():
            return
        if self.request is None and not self._start_request():
            return
        if len(self.buffer) < self.missing:
            return
        self.request.body = bytes(self.buffer[:self.missing])
        del self.buffer[:self.missing]
        self.missing = 0
        self.busy = True
        self._answer()

    def _start_request(self):
        """Reads a head.  False if it has not come yet."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > _MOST_HEAD:
                self.transport.abort()
            return False
        try:
            request = read_head(bytes(self.buffer[:end]))
            self.missing = read_length(request)
        except ValueError as error:
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"
                                 + str(error).encode())
            self.transport.close()
            return False
        del self.buffer[:end + 4]
        self.request = request
        if request.is_control:
            return True
        self.requests += 1
        self.entry = self.server.journal.begin(self.number, self.requests, request.method,
                                               request.path, request.headers)
        item = self.server.script.take_accept_drop()
        if item is not None:
            self.entry.item = item.number
            self.finish("cut", end="fin")
            return False
        if (request.header("expect") or "").lower() == "100-continue" \
                and not self.server.script.config.ignore_expect:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _answer(self):
        loop = asyncio.get_running_loop()
        if self.request.is_control:
            self.task = loop.create_task(self._control())
            return
        self.server.journal.whole(self.entry, self.request.body)
        reply, item = self.server.answer(self.request, self.entry)
        self.entry.status = reply.status
        if self.request.is_last:
            reply.headers.setdefault("connection", "close")
        config = self.server.script.config
        if is_plain(item) and not config.latency_ms and not config.hold:
            head, body, _ = framed(reply, item)
            self.transport.write(head + body)
            self.finish("answered")
            return
        self.task = loop.create_task(deliver(self, reply, item, config.latency_ms, config.hold,
                                             self.server.gate))

    async def _control(self):
        reply = await self.server.control(self.request)
        self.write(reply.head(f"content-length: {len(reply.body)}") + reply.body)
        self.finish("answered")
