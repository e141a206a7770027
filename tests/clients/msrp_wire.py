"""MSRP for tests (RFC 4975, RFC 4976): connections, requests, chunks, reports. It shares no code with the gateway, and does
wrong what it is told to do wrong."""
import asyncio
import hashlib
import os
import re
import ssl

CHUNK = 2048
START = re.compile(rb"MSRP ([A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}) (?:(\d{3})(?: ([^\r\n]*))?|([A-Z]+))\r\n")


def token(octets=12):
    return os.urandom(octets).hex()


class Frame:
    """One request or response, whole."""

    def __init__(self, tid, status, method, headers, body, flag):
        self.tid, self.status, self.method, self.headers, self.body, self.flag = tid, status, method, headers, body, flag

    def get(self, name, default=None):
        return next((v for n, v in self.headers if n.lower() == name.lower()), default)

    @property
    def to_path(self):
        return self.get("To-Path", "").split()

    @property
    def from_path(self):
        return self.get("From-Path", "").split()


def take_frame(buffer):
    """The first frame and what follows it, or None when it is not whole yet."""
    while buffer.startswith(b"\r\n"):
        buffer = buffer[2:]
    start = START.match(buffer)
    if not start:
        if len(buffer) > 64:
            raise ValueError("not MSRP: " + repr(buffer[:64]))
        return None, buffer
    tid = start.group(1)
    end = re.compile(rb"(?:\r\n|^)-------" + re.escape(tid) + rb"([$+#])\r\n").search(buffer, start.end() - 2)
    if not end:
        return None, buffer
    inner = buffer[start.end():end.start() + 2]
    head, blank, body = inner.partition(b"\r\n\r\n")
    if blank:
        body = body[:-2] if body.endswith(b"\r\n") else body
    headers = [tuple(p.strip() for p in line.decode().split(":", 1)) for line in head.split(b"\r\n") if b":" in line]
    frame = Frame(tid.decode(), int(start.group(2)) if start.group(2) else None, (start.group(4) or b"").decode() or None,
                  headers, body if blank else None, end.group(1).decode())
    return frame, buffer[end.end():]


def write_frame(first, headers, tid, body=None, flag="$"):
    lines = [first] + [f"{n}: {v}" for n, v in headers]
    text = "\r\n".join(lines).encode() + b"\r\n"
    if body is not None:
        text += b"\r\n" + body + b"\r\n"
    return text + f"-------{tid}{flag}\r\n".encode()


def parse_uri(uri):
    scheme, host, port, session = re.match(r"(msrps?)://(?:[^@/;]*@)?(\[[^\]]*\]|[^:/;]*)(?::(\d+))?(?:/([^;]*))?;", uri).groups()
    return scheme, host.strip("[]"), int(port or 2855), session


class Connection:
    """A stream with whoever is at its other end."""

    def __init__(self, node, reader, writer):
        self.node, self.reader, self.writer = node, reader, writer
        self.sessions, self.waiting = set(), {}
        self.paused = asyncio.Event()
        self.paused.set()
        self.task = asyncio.ensure_future(self._read())

    async def _read(self):
        buffer = b""
        try:
            while True:
                await self.paused.wait()
                data = await self.reader.read(65536)
                if not data:
                    break
                buffer += data
                while True:
                    frame, buffer = take_frame(buffer)
                    if frame is None:
                        break
                    self._got(frame)
        except (ConnectionError, ssl.SSLError, ValueError) as fault:
            self.node.tell("msrp_fault", error=str(fault))
        self.close()

    def _got(self, frame):
        if frame.status is not None and frame.tid in self.waiting:
            self.waiting.pop(frame.tid).set_result(frame)
            return
        target = parse_uri(frame.to_path[-1])[3] if frame.to_path else None
        session = self.node.sessions.get(target)
        if session is None:
            if frame.status is not None:
                self.node.tell("response", tid=frame.tid, status=frame.status)
            if frame.method == "SEND":
                self.respond(frame, 481)
            return
        session.got(self, frame)

    def respond(self, request, status):
        self.write(write_frame(
            f"MSRP {request.tid} {status} {'OK' if status == 200 else 'No'}",
            [("To-Path", request.from_path[0]), ("From-Path", request.to_path[-1])], request.tid))

    def write(self, octets):
        if not self.writer.is_closing():
            self.writer.write(octets)

    async def ask(self, tid, octets):
        """Writes a request and waits for its response."""
        answer = asyncio.get_running_loop().create_future()
        self.waiting[tid] = answer
        self.write(octets)
        return await asyncio.wait_for(answer, 50)

    def cut(self):
        """Without a word, and with RST where the system does so."""
        self.writer.transport.abort()

    def close(self):
        self.writer.close()
        for session in list(self.sessions):
            session.lost(self)


class Session:
    """One session: its paths, what it has sent and not had confirmed, what it has received."""

    DEFAULTS = {
        "types": "text/plain text/html application/im-iscomposing+xml",
        "max_size": None, "setup": None, "cema": False,
        "answers": True,       # False: requests are not answered
        "status": 200,         # what SENDs with content are answered
        "reports": "success",  # success | failure | none | twice | pieces
        "failure": None,       # Failure-Report of what is sent; None: the default
        "confirm": "sent",     # when a message counts as confirmed: sent (the next hop has it) | report (its end has it: success too)
        "success": False,
        "chunk": CHUNK,
        "dedupe": True,
    }

    def __init__(self, node, name, options):
        self.node, self.name, self.options = node, name, {**self.DEFAULTS, **options}
        self.connection, self.remote, self.relayed = None, [], []
        self.unconfirmed, self.parts, self.seen, self.requests = {}, {}, {}, {}
        self.received = []
        self.renew()

    def renew(self):
        if getattr(self, "id", None):
            self.node.sessions.pop(self.id, None)
        if self.connection:  # it may live on, for others or to a relay; the session is bound anew
            self.connection.sessions.discard(self)
            self.connection = None
        self.id = token(16)
        self.node.sessions[self.id] = self
        scheme = "msrps" if self.node.tls else "msrp"
        self.uri = f"{scheme}://{self.node.host}:{self.node.port}/{self.id};tcp"

    @property
    def path(self):
        return [*reversed(self.relayed), self.uri]

    def tell(self, event, **fields):
        self.node.tell(event, session=self.name, **fields)

    # Connections

    async def connect(self):
        scheme, host, port, _ = parse_uri((self.relayed + self.remote)[0])
        self.bind(await self.node.dial(host, port, scheme == "msrps"))
        self.send_empty()
        self.flush()

    def bind(self, connection):
        self.connection = connection
        connection.sessions.add(self)
        self.tell("connected")

    def lost(self, connection):
        if connection is self.connection:
            connection.sessions.discard(self)
            self.connection = None
            self.tell("lost")

    # Sending

    @property
    def to(self):
        return " ".join(self.relayed + self.remote)

    def send_empty(self):
        tid = token()
        self.connection.write(write_frame(f"MSRP {tid} SEND", [
            ("To-Path", self.to), ("From-Path", self.uri), ("Message-ID", token()), ("Byte-Range", "1-0/0")], tid))

    def send(self, body, content_type="text/plain", message_id=None, **options):
        message = {"id": message_id or token(), "body": body, "type": content_type, **options}
        if self.options["failure"] in (None, "yes") and options.get("failure") in (None, "yes"):
            self.unconfirmed[message["id"]] = message
        if self.connection:
            self._write(message)
        elif message["id"] not in self.unconfirmed:
            self.tell("dropped", id=message["id"])
        return message["id"]

    def flush(self):
        """After a new connection: what is not confirmed goes again, with the same Message-ID (section 5.4)."""
        for message in list(self.unconfirmed.values()):
            self._write(message)

    def _write(self, message):
        body, size = message["body"], message.get("chunk") or self.options["chunk"]
        chunks = [(at, body[at:at + size]) for at in range(0, len(body), size)] or [(0, b"")]
        if message.get("shuffle"):
            chunks.reverse()
        message["open"] = len(chunks)
        for at, piece in chunks:
            tid = token()
            while tid.encode() in piece:
                tid = token()
            headers = [("To-Path", self.to), ("From-Path", self.uri), ("Message-ID", message["id"])]
            if message.get("success", self.options["success"]):
                headers.append(("Success-Report", "yes"))
            failure = message.get("failure") or self.options["failure"]
            if failure:
                headers.append(("Failure-Report", failure))
            headers += [("Byte-Range", f"{at + 1}-{at + len(piece)}/{len(body)}"), ("Content-Type", message["type"])]
            self.requests[tid] = message
            last = at + len(piece) == len(body)
            self.connection.write(write_frame(f"MSRP {tid} SEND", headers, tid, piece, "$" if last else "+"))

    # Receiving

    def got(self, connection, frame):
        if frame.status is not None:
            self._answered(frame)
        elif frame.method == "REPORT":
            if self.options["confirm"] == "report" and (frame.get("Status") or "").startswith("000 200"):
                self.unconfirmed.pop(frame.get("Message-ID"), None)
            self.tell("report", id=frame.get("Message-ID"), status=frame.get("Status"), range=frame.get("Byte-Range"))
        elif frame.method == "SEND":
            if self.connection is None:
                self.bind(connection)
                self.flush()
            self._take(connection, frame)

    def _answered(self, frame):
        message = self.requests.pop(frame.tid, None)
        if message is None:
            self.tell("response", tid=frame.tid, status=frame.status)
            return
        message["open"] -= 1
        if frame.status != 200:
            self.unconfirmed.pop(message["id"], None)
            self.tell("refused", id=message["id"], status=frame.status)
        elif message["open"] == 0 and self.options["confirm"] == "sent" and self.unconfirmed.pop(message["id"], None):
            self.tell("sent", id=message["id"])

    def _take(self, connection, frame):
        failure = frame.get("Failure-Report", "yes")
        status = self.options["status"] if frame.body is not None else 200
        if self.options["answers"] and (failure == "yes" or (failure == "partial" and status != 200)):
            connection.respond(frame, status)
        if frame.body is None or status != 200:
            return
        mid = frame.get("Message-ID")
        parts = self.parts.setdefault(mid, {"pieces": [], "total": None})
        start = int(frame.get("Byte-Range", "1-*/*").split("-")[0])
        parts["pieces"].append((start, frame.body))
        if frame.flag == "#":
            del self.parts[mid]
            self.tell("aborted", id=mid)
            return
        if frame.flag == "$":
            parts["total"] = start - 1 + len(frame.body)
        if parts["total"] is None:
            return
        whole, have = bytearray(parts["total"]), bytearray(parts["total"])
        for at, piece in parts["pieces"]:
            whole[at - 1:at - 1 + len(piece)] = piece
            have[at - 1:at - 1 + len(piece)] = b"\1" * len(piece)
        if not all(have):
            return
        chunks = len(parts["pieces"])
        del self.parts[mid]
        self._whole(frame, mid, bytes(whole), chunks)

    def _whole(self, frame, mid, body, chunks):
        if frame.get("Success-Report") == "yes":
            self._report(frame, mid, len(body))
        elif self.options["reports"] == "failure" and frame.get("Failure-Report") != "no":
            self.report(frame.from_path, mid, f"1-{len(body)}/{len(body)}", "000 403 No")
        if mid in self.seen and self.options["dedupe"]:
            self.tell("repeated", id=mid)
            return
        self.seen[mid] = True
        self.received.append(body)
        kind, inner = frame.get("Content-Type"), body
        if kind.startswith("message/cpim"):  # RFC 3862: its own headers, those of the content, the content
            _, content, inner = body.split(b"\r\n\r\n", 2)
            kind = re.search(rb"(?i)content-type:\s*(.*)", content).group(1).strip().decode()
        text = inner.decode(errors="replace") if len(body) <= 10_000 else None
        self.tell("message", id=mid, type=kind, wrapped=inner is not body, body=text, size=len(body), chunks=chunks,
                  sha256=hashlib.sha256(body).hexdigest(), path=frame.get("From-Path"))

    def _report(self, frame, mid, size):
        kind, half = self.options["reports"], size // 2
        if kind in ("success", "twice"):
            for _ in range(2 if kind == "twice" else 1):
                self.report(frame.from_path, mid, f"1-{size}/{size}")
        elif kind == "pieces":
            self.report(frame.from_path, mid, f"{half + 1}-{size}/{size}")
            self.report(frame.from_path, mid, f"1-{half}/{size}")

    def report(self, to, mid, range_, status="000 200 OK"):
        tid = token()
        self.connection.write(write_frame(f"MSRP {tid} REPORT", [
            ("To-Path", " ".join(to)), ("From-Path", self.uri), ("Message-ID", mid), ("Byte-Range", range_), ("Status", status)], tid))


class Node:
    """A listening socket and the sessions behind it."""

    def __init__(self, tell, host="127.0.0.1", certificate=None, key=None):
        self.tell, self.host, self.tls = tell, host, bool(certificate)
        self.certificate, self.key = certificate, key
        self.sessions, self.connections, self.outgoing = {}, set(), {}
        self.server, self.port = None, 0

    async def listen(self):
        context = None
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
        self.server = await asyncio.start_server(
            lambda r, w: self.connections.add(Connection(self, r, w)), self.host, 0, ssl=context)
        self.port = self.server.sockets[0].getsockname()[1]

    async def dial(self, host, port, secure):
        known = self.outgoing.get((host, port, secure))
        if known and not known.writer.is_closing():
            return known
        context = None
        if secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key)
        reader, writer = await asyncio.open_connection(host, port, ssl=context)
        connection = Connection(self, reader, writer)
        self.connections.add(connection)
        self.outgoing[(host, port, secure)] = connection
        return connection

    @property
    def fingerprint(self):
        der = ssl.PEM_cert_to_DER_cert(open(self.certificate).read())
        digest = hashlib.sha256(der).hexdigest().upper()
        return ":".join(digest[i:i + 2] for i in range(0, 64, 2))
