#!/usr/bin/env python3
"""The local model server: the Messages API on 127.0.0.1, strict, and scripted by tests.

  serve.py [--port N] [--port-file PATH] [--tls-cert FILE --tls-key FILE]

Prints its port as one line.  Ends with SIGTERM or SIGINT, and when its standard input, if that is a
pipe, is closed.  Standard library only.  README.md has the control protocol.
"""

import argparse
import asyncio
import gc
import os
import signal
import ssl
import stat
import sys

from api import Api
from control import Control
from journal import Journal
from manner import Gate
from script import Script
from wire import Connection

_BACKLOG = 4096


class Server:
    def __init__(self):
        self.script = Script()
        self.journal = Journal()
        self.gate = Gate(self.journal.tell)
        self.connections = set()
        self._connections_made = 0
        self._api = Api(self.script)
        self._control = Control(self)
        self.answer = self._api.answer
        self.control = self._control.answer

    def new_connection(self, connection):
        self.connections.add(connection)
        self._connections_made += 1
        return self._connections_made

    def reset(self):
        """As after the start, but for requests that are being answered."""
        self.script.reset()
        self._api.batches.reset()
        self._api.cache.reset()
        self._api.limit.reset()
        self.gate.release()
        self.journal.reset()


def arguments():
    parser = argparse.ArgumentParser(description="A local server that speaks the Messages API.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--port-file", help="write the port there, too")
    parser.add_argument("--tls-cert", help="speak TLS with this certificate (PEM)")
    parser.add_argument("--tls-key", help="and this key")
    return parser.parse_args()


def tell_port(port, path):
    if path:
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"{port}\n")
        os.rename(path + ".new", path)
    print(port, flush=True)


def watch_input(loop, stop):
    """Ends the server together with whoever started it with a pipe as standard input."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def readable():
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stop.set()

    loop.add_reader(0, readable)


async def serve(options):
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tls = None
    if options.tls_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_cert, options.tls_key)
    server = Server()
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", options.port,
                                         backlog=_BACKLOG, ssl=tls)
    watch_input(loop, stop)
    tell_port(listening.sockets[0].getsockname()[1], options.port_file)
    await stop.wait()
    listening.close()
    for connection in list(server.connections):
        connection.transport.abort()


def main():
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)  # the journal only grows
    try:
        asyncio.run(serve(arguments()))
    except OSError as error:
        sys.exit(f"serve.py: {error}")


if __name__ == "__main__":
    main()
