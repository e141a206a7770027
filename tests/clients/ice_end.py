#!/usr/bin/python3
"""An ICE agent of aioice's, for tests of an agent: one JSON line a command, one an event.

  new     controlling [address]             makes a connection: event "made" with ufrag, pwd, candidates; a later one replaces it
  remote  ufrag pwd candidates              the peer's description
  candidate candidate                       one more of the peer's candidates; null: there are no more
  connect                                   event "connected", or "failed"
  send    text                              over the connection; what comes is event "received" with text
  lose                                      goes without a word: neither answers nor asks from now on
"""
import asyncio
import json
import sys

import aioice
import aioice.ice


def emit(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class End:
    def __init__(self):
        self.connection, self.reading = None, None

    async def new(self, controlling, address="127.0.0.1"):
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
        self.connection = aioice.Connection(ice_controlling=controlling, components=1, stun_server=None)
        await self.connection.gather_candidates()
        emit("made", ufrag=self.connection.local_username, pwd=self.connection.local_password,
             candidates=[candidate.to_sdp() for candidate in self.connection.local_candidates])

    async def remote(self, ufrag, pwd, candidates):
        self.connection.remote_username, self.connection.remote_password = ufrag, pwd
        for candidate in candidates:
            await self.candidate(candidate)

    async def candidate(self, candidate):
        await self.connection.add_remote_candidate(candidate and aioice.Candidate.from_sdp(candidate))

    async def connect(self):
        asyncio.ensure_future(self._connect(self.connection))

    async def _connect(self, connection):
        try:
            await connection.connect()
        except ConnectionError as error:
            emit("failed", why=str(error))
            return
        emit("connected", controlling=connection.ice_controlling)
        try:
            while True:
                emit("received", text=(await connection.recv()).decode())
        except ConnectionError:
            pass

    async def send(self, text):
        await self.connection.send(text.encode())

    async def lose(self):
        for protocol in self.connection._protocols:
            protocol.transport.pause_reading()
        if self.connection._query_consent_handle:
            self.connection._query_consent_handle.cancel()


async def main():
    end, lines = End(), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    emit("ready")
    while line := await lines.readline():
        command = json.loads(line)
        await getattr(end, command.pop("do"))(**command)


asyncio.run(main())
