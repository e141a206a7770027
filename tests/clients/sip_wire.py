"""SIP for tests (RFC 3261): one user agent on UDP and TCP, with just the rules that a caller and a callee need. It shares no
code with the gateway."""
import asyncio
import os
import re

COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
           "s": "subject", "k": "supported", "o": "event", "r": "refer-to", "u": "allow-events"}


def token(octets=8):
    return os.urandom(octets).hex()


class Message:
    def __init__(self, start, headers, body=b""):
        self.start, self.headers, self.body = start, headers, body

    @property
    def is_request(self):
        return not self.start.startswith("SIP/2.0 ")

    @property
    def method(self):
        return self.start.split()[0] if self.is_request else self.get("cseq").split()[1]

    @property
    def status(self):
        return int(self.start.split()[1])

    def get(self, name, default=""):
        return next((v for n, v in self.headers if n == name), default)

    def all(self, name):
        return [v for n, v in self.headers if n == name]

    @property
    def key(self):
        """Of its transaction: branch and method, ACK and CANCEL with their INVITE's branch."""
        return re.search(r"branch=([^;,\s]+)", self.get("via")).group(1), self.method

    def tag(self, name):
        found = re.search(r";tag=([^;>\s]+)", self.get(name))
        return found.group(1) if found else None

    def octets(self):
        lines = [self.start] + [f"{n}: {v}" for n, v in self.headers if n != "content-length"]
        return ("\r\n".join(lines) + f"\r\ncontent-length: {len(self.body)}\r\n\r\n").encode() + self.body


def parse(octets):
    head, _, body = octets.partition(b"\r\n\r\n")
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode(errors="replace")).split("\r\n")
    headers = []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers.append((COMPACT.get(name, name), value.strip()))
    return Message(lines[0], headers, body)


def uri_of(header):
    found = re.search(r"<([^>]*)>", header)
    return found.group(1) if found else header.split(";")[0].strip()


class Agent:
    """A user agent: requests out and in, with retransmission over UDP."""

    def __init__(self, host, on_request):
        self.host, self.on_request = host, on_request
        self.port, self.udp, self.streams = 0, None, {}
        self.pending, self.answers, self.acked = {}, {}, {}

    async def start(self, port=0):
        loop = asyncio.get_running_loop()
        for tries_left in reversed(range(1 if port else 20)):  # a port that is free for UDP may be taken for TCP
            self.udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=(self.host, port))
            self.port = self.udp.get_extra_info("sockname")[1]
            try:
                self.tcp = await asyncio.start_server(self._serve, self.host, self.port)
                return
            except OSError:
                self.udp.close()
                if not tries_left:
                    raise

    def close(self):
        self.udp.close()
        self.tcp.close()
        for stream in self.streams.values():
            stream.close()

    async def _serve(self, reader, writer):
        await self._read(reader, writer)

    async def _read(self, reader, writer):
        buffer = b""
        try:
            while data := await reader.read(65536):
                buffer = (buffer + data).lstrip(b"\r\n")
                while (end := buffer.find(b"\r\n\r\n")) >= 0:
                    length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", buffer[:end])
                    size = end + 4 + (int(length.group(1)) if length else 0)
                    if len(buffer) < size:
                        break
                    self.got(buffer[:size], lambda m: writer.write(m.octets()), reliable=True)
                    buffer = buffer[size:].lstrip(b"\r\n")
        except ConnectionError:
            pass
        writer.close()

    async def _stream(self, host, port):
        known = self.streams.get((host, port))
        if known is None or known.is_closing():
            reader, known = await asyncio.open_connection(host, port)
            self.streams[(host, port)] = known
            asyncio.ensure_future(self._read(reader, known))
        return known

    def contact(self, user, transport):
        return f"<sip:{user}@{self.host}:{self.port}{';transport=tcp' if transport == 'tcp' else ''}>"

    async def write(self, message, host, port, transport):
        if transport == "tcp":
            (await self._stream(host, port)).write(message.octets())
        else:
            self.udp.sendto(message.octets(), (host, port))

    async def request(self, message, host, port, transport, on_provisional=None, timeout=32):
        """Sends a request, again and again over UDP; gives its final response, or None."""
        queue = asyncio.Queue()
        self.pending[message.key] = queue
        deadline, interval = asyncio.get_running_loop().time() + timeout, 0.5
        await self.write(message, host, port, transport)
        provisional = False
        while True:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return None
            waits = left if transport == "tcp" or (provisional and message.method == "INVITE") else min(interval, left)
            try:
                response = await asyncio.wait_for(queue.get(), waits)
            except asyncio.TimeoutError:
                if transport != "tcp" and not (provisional and message.method == "INVITE"):
                    await self.write(message, host, port, transport)
                    interval = min(interval * 2, 4)
                continue
            if response.status < 200:
                provisional = True
                deadline = asyncio.get_running_loop().time() + 180
                if on_provisional:
                    on_provisional(response)
                continue
            return response

    def got(self, octets, reply, reliable=False):
        if not octets.strip():
            return
        message = parse(octets)
        if message.is_request:
            self._request(message, reply, reliable)
        elif message.key in self.pending:
            self.pending[message.key].put_nowait(message)

    def _request(self, message, reply, reliable):
        if message.method == "ACK":
            self.acked[(message.get("call-id"), message.get("cseq").split()[0])] = True
        elif message.key in self.answers:
            if self.answers[message.key] is not None:
                reply(self.answers[message.key])
            return
        else:
            self.answers[message.key] = None
        self.on_request(message, reply, reliable)

    def respond(self, request, reply, status, phrase="", headers=(), body=b"", to_tag=None, reliable=True):
        to = request.get("to")
        if to_tag and ";tag=" not in to:
            to += f";tag={to_tag}"
        response = Message(
            f"SIP/2.0 {status} {phrase or 'X'}",
            [("via", v) for v in request.all("via")] + [("from", request.get("from")), ("to", to), ("call-id", request.get("call-id")),
             ("cseq", request.get("cseq"))] + [("record-route", v) for v in request.all("record-route")] + list(headers), body)
        self.answers[request.key] = response
        reply(response)
        if request.method == "INVITE" and status >= 200:
            asyncio.ensure_future(self._again(request, response, reply))

    async def _again(self, request, response, reply):
        """Final responses to INVITE are repeated until their ACK (section 13.3.1.4)."""
        interval = 0.5
        for _ in range(10):
            await asyncio.sleep(interval)
            if self.acked.get((request.get("call-id"), request.get("cseq").split()[0])):
                return
            reply(response)
            interval = min(interval * 2, 4)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, agent):
        self.agent = agent

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.agent.got(data, lambda m: self.transport.sendto(m.octets(), addr))
