"""One call's media: ICE (aioice), DTLS-SRTP (aiortc), and RTP written here, so that a test sees every payload type.

aiortc's RTCPeerConnection drops payload types that it does not know (telephone-event among them) and speaks SDP;
its transports are used directly instead, and what the peer sent in Jingle goes into them as it is.
"""
import asyncio
import fractions
import math
import random
import struct

import aioice.candidate
import aioice.ice
from aiortc import (
    RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport,
    RTCIceGatherer, RTCIceParameters, RTCIceTransport,
)
from aiortc.codecs.opus import OpusDecoder, OpusEncoder
from aiortc.jitterbuffer import JitterFrame
import av
from av import AudioFrame

# aioice leaves loopback out; everything here is on loopback, and nothing may leave it.
HOSTS = ["127.0.0.1"]
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: list(HOSTS)

RATE = 8000  # all tones are made and measured at this rate
FRAME = 0.02
DIGITS = "0123456789*#ABCD"
AMPLITUDE = 8000
VOICE = ("opus", "g722", "pcmu", "pcma")


class Codec:
    def __init__(self, payload_id, name, clockrate, channels=1):
        self.id, self.name, self.clockrate, self.channels = payload_id, name, clockrate, channels

    def same(self, other):
        return self.name.lower() == other.name.lower() and self.clockrate == other.clockrate

    def __repr__(self):
        return f"{self.name}/{self.clockrate}"


# Numbers as libwebrtc gives them.
OFFERED = [
    Codec(111, "opus", 48000, 2), Codec(0, "PCMU", 8000), Codec(8, "PCMA", 8000),
    Codec(126, "telephone-event", 8000), Codec(110, "telephone-event", 48000),
]


def _alaw_to_linear(value):
    value ^= 0x55
    mantissa, exponent = (value & 0x0F) << 4, (value & 0x70) >> 4
    magnitude = mantissa + 8 if exponent == 0 else (mantissa + 0x108) << (exponent - 1)
    return magnitude if value & 0x80 else -magnitude


def _ulaw_to_linear(value):
    value = ~value & 0xFF
    magnitude = ((((value & 0x0F) << 3) + 0x84) << ((value & 0x70) >> 4)) - 0x84
    return -magnitude if value & 0x80 else magnitude


_DECODED = {
    "pcma": [_alaw_to_linear(v) for v in range(256)],
    "pcmu": [_ulaw_to_linear(v) for v in range(256)],
}


class G711:
    """ITU-T G.711 by table; encoding searches the nearest value, once for each frame of the tone."""

    encoded = {}

    def __init__(self, name):
        self.name, self.table = name, _DECODED[name.lower()]

    def decode(self, payload):
        return [self.table[b] for b in payload]

    def encode(self, samples):
        key = (self.name, *samples)
        if key not in self.encoded:
            self.encoded[key] = bytes(min(range(256), key=lambda v: abs(self.table[v] - s)) for s in samples)
        return self.encoded[key]


class Opus:
    """Opus through aiortc's wrapper of libopus, at 48 kHz; measured on every sixth sample of the left channel."""

    def __init__(self, name):
        self.encoder, self.decoder = OpusEncoder(), OpusDecoder()

    def decode(self, payload):
        try:
            frame = self.decoder.decode(JitterFrame(payload, 0))[0]
        except AssertionError:  # the wrapper insists on frames of 20 ms
            return []
        data = bytes(frame.planes[0])[: 960 * 4]
        return [struct.unpack_from("<h", data, i)[0] for i in range(0, len(data), 24)]

    def encode(self, samples):
        frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(struct.pack(f"<{len(samples)}h", *samples))
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, fractions.Fraction(1, RATE)
        return self.encoder.encode(frame)[0][0]


class G722:
    """G.722 through FFmpeg, at 16 kHz under a clock of 8 kHz (RFC 3551 section 4.5.2); every second sample is measured."""

    def __init__(self, name):
        self.encoder, self.decoder = av.CodecContext.create("adpcm_g722", "w"), av.CodecContext.create("adpcm_g722", "r")
        for codec in (self.encoder, self.decoder):
            codec.sample_rate, codec.layout = 2 * RATE, "mono"
        self.encoder.format, self.encoder.time_base, self.pts = "s16", fractions.Fraction(1, 2 * RATE), 0

    def decode(self, payload):
        samples = []
        for frame in self.decoder.decode(av.Packet(payload)):
            samples += struct.unpack(f"<{frame.samples}h", bytes(frame.planes[0])[: 2 * frame.samples])[::2]
        return samples

    def encode(self, samples):
        frame = AudioFrame(format="s16", layout="mono", samples=2 * len(samples))
        frame.planes[0].update(struct.pack(f"<{2 * len(samples)}h", *(s for sample in samples for s in (sample, sample))))
        frame.sample_rate, frame.pts, frame.time_base = 2 * RATE, self.pts, fractions.Fraction(1, 2 * RATE)
        self.pts += 2 * len(samples)
        return b"".join(bytes(packet) for packet in self.encoder.encode(frame))


def codec_of(codec):
    name = codec.name.lower()
    return Opus(codec.name) if name == "opus" else G722(codec.name) if name == "g722" else G711(codec.name)


def goertzel(samples, frequency):
    """Share of the window's energy at the frequency (1.0: a pure tone), and the window's root mean square."""
    energy = sum(s * s for s in samples)
    if energy == 0:
        return 0.0, 0.0
    coefficient = 2 * math.cos(2 * math.pi * frequency / RATE)
    s1 = s2 = 0.0
    for s in samples:
        s1, s2 = s + coefficient * s1 - s2, s1
    power = s1 * s1 + s2 * s2 - coefficient * s1 * s2
    return 2 * power / (len(samples) * energy), math.sqrt(energy / len(samples))


class ToneMeter:
    """Windows of 100 ms; the tone is there, or gone, after three that agree."""

    WINDOW = 800

    def __init__(self, frequency, changed):
        self.frequency, self.changed = frequency, changed
        self.pending, self.streak, self.heard = [], 0, False
        self.windows = []

    def add(self, samples):
        self.pending += samples
        while len(self.pending) >= self.WINDOW:
            window, self.pending = self.pending[: self.WINDOW], self.pending[self.WINDOW:]
            share, rms = goertzel(window, self.frequency)
            self.windows.append((share, rms))
            there = share > 0.8 and rms > 300
            self.streak = 0 if there == self.heard else self.streak + 1
            if self.streak >= 3:
                self.heard, self.streak = there, 0
                self.changed(there, share, rms)


class SrtpTransport(RTCDtlsTransport):
    """Gives every RTP packet to one function, whatever its payload type."""

    on_rtp = None

    async def _handle_rtp_data(self, data, arrival_time_ms):
        if self.on_rtp:
            self.on_rtp(data)


class CallMedia:
    """ICE credentials, candidates and fingerprint in; tone out, measured tone and digits as events."""

    def __init__(self, emit, controlling, tone=440, expect=440):
        self.emit = emit
        self.gatherer = RTCIceGatherer(iceServers=[])
        self.ice = RTCIceTransport(self.gatherer)
        self.ice._connection.ice_controlling = controlling
        self.certificate = RTCCertificate.generateCertificate()
        self.dtls = SrtpTransport(self.ice, [self.certificate])
        self.dtls.on_rtp = self._received
        self.ice.on("statechange", lambda: emit("ice", state=self.ice.state))
        self.dtls.on("statechange", lambda: emit("dtls", state=self.dtls.state))

        self.remote, self.candidates, self.running = None, 0, None
        self.receive_codecs, self.decoders, self.send_codec, self.event_codec = {}, {}, None, None
        self.sending = True
        self.tone = tone
        self.meter = ToneMeter(expect, lambda there, share, rms: emit(
            "tone", heard=there, frequency=expect, share=round(share, 3), rms=round(rms)))
        self.packets, self.digits_seen, self.digit_queue = 0, set(), []
        self.sequence, self.timestamp = random.randrange(1 << 15), random.randrange(1 << 31)
        self.ssrc = random.randrange(1, 1 << 32)

    async def gather(self):
        await self.gatherer.gather()
        return self.ice._connection.local_candidates

    @property
    def ufrag(self):
        return self.ice._connection.local_username

    @property
    def pwd(self):
        return self.ice._connection.local_password

    @property
    def fingerprint(self):
        return self.certificate.getFingerprints()[0].value

    def negotiated(self, receive, send):
        """What may arrive (payload id to codec), and what the peer takes, in its order of preference."""
        self.receive_codecs = {c.id: c for c in receive}
        voice = [c for c in send if c.name.lower() in VOICE]
        self.send_codec = voice[0] if voice else None
        events = [c for c in send if c.name.lower() == "telephone-event"]
        matching = [c for c in events if self.send_codec and c.clockrate == self.send_codec.clockrate]
        self.event_codec = (matching or events or [None])[0]

    async def set_remote(self, ufrag, pwd, fingerprint, dtls_role):
        self.remote = (ufrag, pwd, fingerprint)
        self.dtls._set_role(dtls_role)
        self._start_when_ready()

    async def add_candidate(self, candidate):
        await self.ice._connection.add_remote_candidate(candidate)
        self.candidates += 1
        self._start_when_ready()

    def _start_when_ready(self):
        # aioice fails at once on an empty list of candidates, so checks start with the first.
        if self.running is None and self.remote and self.candidates:
            self.running = asyncio.ensure_future(self._run())

    async def _run(self):
        ufrag, pwd, fingerprint = self.remote
        await self.ice.start(RTCIceParameters(usernameFragment=ufrag, password=pwd))
        if self.ice.state != "completed":
            return
        fingerprints = [RTCDtlsFingerprint(algorithm="sha-256", value=fingerprint)]
        await self.dtls.start(RTCDtlsParameters(fingerprints=fingerprints))
        if self.dtls.state == "connected":
            await self._send_loop()

    async def _send_loop(self):
        while self.send_codec is None:
            await asyncio.sleep(FRAME)
        codec = codec_of(self.send_codec)
        step = self.send_codec.clockrate // 50
        period = self.frames_of(self.tone)
        loop = asyncio.get_running_loop()
        due, frame, marker = loop.time(), 0, True
        while self.dtls.state == "connected":
            if self.digit_queue:
                await self._send_digit_packet(step)
            elif self.sending and period:
                await self._send(self.send_codec.id, codec.encode(period[frame % 5]), marker)
                marker = False
            self.timestamp = (self.timestamp + step) & 0xFFFFFFFF
            frame += 1
            due += FRAME
            await asyncio.sleep(max(0, due - loop.time()))

    @staticmethod
    def frames_of(tone):
        """Five frames of a tone. 440 Hz repeats after five, 1000 Hz after one: whole frequencies in steps of 10 Hz fit."""
        return [
            [round(AMPLITUDE * math.sin(2 * math.pi * tone * (160 * f + i) / RATE)) for i in range(160)]
            for f in range(5)
        ] if tone else None

    async def _send_digit_packet(self, step):
        """RFC 4733: one timestamp for the event, a growing duration, the end packet three times."""
        event = self.digit_queue[0]
        if event["start"] is None:
            event["start"] = self.timestamp
        event["count"] += 1
        end = event["count"] >= 6
        duration = event["count"] * (self.event_codec.clockrate // 50)
        payload = struct.pack("!BBH", event["code"], (0x80 if end else 0) | 10, duration)
        for _ in range(3 if end else 1):
            await self._send(self.event_codec.id, payload, event["count"] == 1, event["start"])
        if end:
            self.digit_queue.pop(0)
            # A pause between digits, so that equal digits are two.
            self.timestamp = (self.timestamp + 2 * step) & 0xFFFFFFFF

    async def _send(self, payload_id, payload, marker, timestamp=None):
        self.sequence = (self.sequence + 1) & 0xFFFF
        header = struct.pack("!BBHLL", 0x80, (0x80 if marker else 0) | payload_id, self.sequence,
                             self.timestamp if timestamp is None else timestamp, self.ssrc)
        try:
            await self.dtls._send_rtp(header + payload)
        except ConnectionError:
            pass  # the loop's condition sees it

    def send_digits(self, digits):
        if self.event_codec is None:
            return False
        self.digit_queue += [{"code": DIGITS.index(d), "start": None, "count": 0} for d in digits]
        return True

    def _received(self, data):
        if len(data) < 12:
            return
        first, second, _, timestamp, ssrc = struct.unpack("!BBHLL", data[:12])
        offset = 12 + 4 * (first & 0x0F)
        if first & 0x10:
            offset += 4 + 4 * struct.unpack_from("!H", data, offset + 2)[0]
        payload = data[offset: len(data) - data[-1] if first & 0x20 else len(data)]
        codec = self.receive_codecs.get(second & 0x7F)
        self.packets += 1
        if self.packets == 1:
            self.emit("audio", codec=repr(codec), payload=second & 0x7F)
        if codec is None or not payload:
            return
        if codec.name.lower() == "telephone-event":
            code, flags, duration = struct.unpack("!BBH", payload[:4])
            if flags & 0x80 and (ssrc, timestamp) not in self.digits_seen:
                self.digits_seen.add((ssrc, timestamp))
                self.emit("digit", digit=DIGITS[code], duration=duration, clockrate=codec.clockrate)
        elif codec.name.lower() in VOICE:
            if codec.id not in self.decoders:
                self.decoders[codec.id] = codec_of(codec)
            self.meter.add(self.decoders[codec.id].decode(payload))

    async def close(self):
        await self.dtls.stop()
        await self.ice.stop()
        if self.running:
            self.running.cancel()
