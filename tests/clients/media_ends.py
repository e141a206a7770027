#!/usr/bin/python3
"""The two ends of a relayed call, for tests of a media relay: WebRTC ends and plain RTP ends, real packets, real audio.

Descriptions are the test's business: it reads and writes SDP itself and gives what it found to the ends. Commands come as
JSON lines on standard input, events leave as JSON lines on standard output, each with the name of its end.

  web      name controlling [tone] [expect] [depth] [host]
                                                  makes a WebRTC end: event "made" with ufrag, pwd, fingerprint, candidates
  plain    name [tone] [expect] [depth] [host]    makes an RTP end: event "made" with its port; depth is that of a jitter
                                                  buffer in packets, without which they are played as they come
  remote   name receive send + ufrag pwd fingerprint role candidates | host port [protect open]
                                                  protect and open are keys with salt (RFC 4568) in base64
                                                  codecs are [id, name, rate, channels]; role is ours: client or server
  candidate name candidate                        one more candidate of the relay
  restart  name                                   new ICE credentials and candidates, same DTLS: event "made" again
  reconnect name ufrag pwd candidates             the relay's new ICE credentials after a restart: event "reconnected"
  digits   name digits
  audio    name sending                           false: silent, true: sends its tone
  forget   name                                   takes note anew of what is heard
  counted  name                                   event "counted": packets received so far, and by payload type
  measure  name                                   event "measured": windows of 100 ms so far, and those with the tone
  close    name                                   event "closed"
"""
import asyncio
import base64
import heapq
import json
import random
import struct
import sys

import aioice
from pylibsrtp import Error as SrtpError, Policy, Session

from call_media import HOSTS, CallMedia, Codec, ToneMeter, codec_of

FRAME = 0.02


def emit(name, event, **fields):
    sys.stdout.write(json.dumps({"name": name, "event": event, **fields}) + "\n")
    sys.stdout.flush()


def codecs(rows):
    return [Codec(*row) for row in rows]


class Playout:
    """Packets in their order, each after so many later ones have come."""

    def __init__(self, depth, play):
        self.depth, self.play, self.first, self.waiting = depth, play, None, []

    def add(self, data):
        sequence = int.from_bytes(data[2:4], "big")
        self.first = sequence if self.first is None else self.first
        place = ((sequence - self.first + 0x8000) & 0xFFFF) - 0x8000
        heapq.heappush(self.waiting, (place, data))
        while len(self.waiting) > self.depth:
            self.play(heapq.heappop(self.waiting)[1])


class WebEnd(CallMedia):
    """A CallMedia whose ICE can be restarted under the living DTLS association (RFC 8842 section 3.3)."""

    def __init__(self, name, controlling, tone, expect, depth):
        self.name, self.by_payload = name, {}
        self.playout = Playout(depth, super()._received)
        super().__init__(lambda event, **fields: emit(name, event, **fields), controlling, tone, expect)
        self.arrived, self.pump, self.next = asyncio.Queue(), None, None
        self.ice._recv, self.ice._send = self.arrived.get, self._send_by_current
        self.current = self.ice._connection
        self.ice.on("statechange", self._ice_changed)

    async def made(self):
        await self.gather()
        self._tell(self.current)

    def _tell(self, connection):
        emit(self.name, "made", ufrag=connection.local_username, pwd=connection.local_password,
             fingerprint=self.fingerprint, candidates=[c.to_sdp() for c in connection.local_candidates])

    def _ice_changed(self):
        if self.ice.state == "completed" and self.pump is None:
            self.pump = asyncio.ensure_future(self._receive_from(self.current))

    async def _receive_from(self, connection):
        try:
            while True:
                await self.arrived.put(await connection.recv())
        except ConnectionError:
            pass

    async def _send_by_current(self, data):
        await self.current.send(data)

    async def restart(self):
        self.next = aioice.Connection(ice_controlling=self.current.ice_controlling)
        await self.next.gather_candidates()
        self._tell(self.next)

    async def reconnect(self, ufrag, pwd, candidates):
        """The old pair carries media until the new one is there; then it is closed, which proves the new one."""
        connection = self.next
        connection.remote_username, connection.remote_password = ufrag, pwd
        for candidate in candidates:
            await connection.add_remote_candidate(aioice.Candidate.from_sdp(candidate))
        await connection.add_remote_candidate(None)
        await connection.connect()
        old, self.current = self.current, connection
        self.pump = asyncio.ensure_future(self._receive_from(connection))
        await old.close()
        emit(self.name, "reconnected")

    def _received(self, data):
        if len(data) > 1:
            payload = data[1] & 0x7F
            self.by_payload[payload] = self.by_payload.get(payload, 0) + 1
        self.playout.add(data)

    async def remote_is(self, command):
        self.negotiated(codecs(command["receive"]), codecs(command["send"]))
        for candidate in command["candidates"]:
            await self.add_candidate(aioice.Candidate.from_sdp(candidate))
        await self.set_remote(command["ufrag"], command["pwd"], command["fingerprint"], command["role"])

    async def close(self):
        if self.pump:
            self.pump.cancel()
        await super().close()
        if self.current is not self.ice._connection:
            await self.current.close()


class PlainEnd(asyncio.DatagramProtocol):
    """RTP/AVP on two adjacent ports' first, as a desk phone has it: no ICE, no encryption, symmetric."""

    def __init__(self, name, tone, expect, depth, host):
        self.name, self.tone, self.host = name, tone, host
        self.protect = self.open = None
        self.playout = Playout(depth, self._read)
        self.meter = ToneMeter(expect, lambda there, share, rms: emit(
            name, "tone", heard=there, frequency=expect, share=round(share, 3), rms=round(rms)))
        self.peer, self.receive_codecs, self.decoders, self.by_payload = None, {}, {}, {}
        self.send_codec = self.event_codec = self.running = None
        self.sending, self.digits_seen, self.digit_queue = True, set(), []
        self.sequence, self.timestamp = random.randrange(1 << 15), random.randrange(1 << 31)
        self.ssrc = random.randrange(1, 1 << 32)

    async def made(self):
        self.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=(self.host, 0))
        emit(self.name, "made", port=self.transport.get_extra_info("sockname")[1])

    # The digits' packets and the reading of what arrives are the same as a WebRTC end's.
    _send_digit_packet = CallMedia._send_digit_packet
    negotiated = CallMedia.negotiated
    send_digits = CallMedia.send_digits
    _read = CallMedia._received
    packets = 0

    def emit(self, event, **fields):
        emit(self.name, event, **fields)

    def datagram_received(self, data, address):
        if self.open:
            try:
                data = self.open.unprotect(data)
            except SrtpError:
                return
        payload = data[1] & 0x7F
        self.by_payload[payload] = self.by_payload.get(payload, 0) + 1
        self.playout.add(data)

    def error_received(self, error):
        pass  # the relay's port is not open yet, or not any more

    async def _send(self, payload_id, payload, marker, timestamp=None):
        self.sequence = (self.sequence + 1) & 0xFFFF
        header = struct.pack("!BBHLL", 0x80, (0x80 if marker else 0) | payload_id, self.sequence,
                             self.timestamp if timestamp is None else timestamp, self.ssrc)
        packet = header + payload
        self.transport.sendto(self.protect.protect(packet) if self.protect else packet, self.peer)

    async def remote_is(self, command):
        self.negotiated(codecs(command["receive"]), codecs(command["send"]))
        self.peer = (command["host"], command["port"])
        if command.get("protect"):
            self.protect = self._session(command["protect"], Policy.SSRC_ANY_OUTBOUND)
            self.open = self._session(command["open"], Policy.SSRC_ANY_INBOUND)
        if self.running is None:
            self.running = asyncio.ensure_future(self._send_loop())

    @staticmethod
    def _session(key, direction):
        return Session(Policy(key=base64.b64decode(key), ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80))

    async def _send_loop(self):
        codec = codec_of(self.send_codec)
        step = self.send_codec.clockrate // 50
        period = CallMedia.frames_of(self.tone)
        loop = asyncio.get_running_loop()
        due, frame, marker = loop.time(), 0, True
        while True:
            if self.digit_queue:
                await self._send_digit_packet(step)
            elif self.sending and period:
                await self._send(self.send_codec.id, codec.encode(period[frame % 5]), marker)
                marker = False
            self.timestamp = (self.timestamp + step) & 0xFFFFFFFF
            frame += 1
            due += FRAME
            await asyncio.sleep(max(0, due - loop.time()))

    async def close(self):
        if self.running:
            self.running.cancel()
        self.transport.close()


ENDS = {}


async def carry_out(command):
    name, do = command["name"], command["do"]
    if do in ("web", "plain"):
        how = command.get("tone", 440), command.get("expect", 440), command.get("depth", 0)
        host = command.get("host", "127.0.0.1")
        HOSTS[:] = [host]
        ENDS[name] = WebEnd(name, command["controlling"], *how) if do == "web" else PlainEnd(name, *how, host)
        await ENDS[name].made()
        return
    end = ENDS[name]
    if do == "remote":
        await end.remote_is(command)
    elif do == "candidate":
        await end.add_candidate(aioice.Candidate.from_sdp(command["candidate"]))
    elif do == "restart":
        await end.restart()
    elif do == "reconnect":
        await end.reconnect(command["ufrag"], command["pwd"], command["candidates"])
    elif do == "digits":
        emit(name, "dialled", possible=end.send_digits(command["digits"]))
    elif do == "audio":
        end.sending = command["sending"]
    elif do == "forget":
        end.meter.heard, end.meter.streak, end.meter.pending, end.by_payload = False, 0, [], {}
        end.meter.windows.clear()
        emit(name, "forgotten")
    elif do == "counted":
        emit(name, "counted", packets=end.packets, payloads={str(k): v for k, v in end.by_payload.items()})
    elif do == "measure":
        windows = end.meter.windows
        emit(name, "measured", windows=len(windows), tones=sum(share > 0.8 and rms > 300 for share, rms in windows))
    elif do == "close":
        del ENDS[name]
        try:
            await asyncio.wait_for(end.close(), 5)
        finally:
            emit(name, "closed")


async def attempt(command):
    try:
        await carry_out(command)
    except Exception as error:  # the test decides what a failure means
        emit(command.get("name"), "failed", do=command.get("do"), error=f"{type(error).__name__}: {error}")


async def main():
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    emit(None, "ready")
    while line := await reader.readline():
        asyncio.ensure_future(attempt(json.loads(line)))


asyncio.run(main())
