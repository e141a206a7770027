#!/usr/bin/python3
"""A SIP user agent for presence tests, in UDP, sharing no code with the gateway: publishes, subscribes, is notified.

Commands come as JSON lines on standard input, each with a number; events leave as JSON lines on standard output.

  publish      basic [show] [note] [expires]            PUBLISH (RFC 3903) of a document about the own address
  subscribe    to [expires] [ref]                       SUBSCRIBE for presence in a new dialog
  refresh      call expires                             SUBSCRIBE in the dialog
  answer       status                                   how NOTIFYs are answered from now on
  watch        status [state]                           how SUBSCRIBEs that come here are answered, and notified at once
  notify       call state [basic] [body]                NOTIFY to who subscribed here; body: a document as it is

  events: ready, done (of: a command's number), response (method status expires headers), notify (call state body), subscribed (call expires from), published
"""
import json
import random
import re
import socket
import sys
import threading

MAGIC = "z9hG4bK"


TELLING = threading.Lock()


def emit(event, **fields):
    with TELLING:
        sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
        sys.stdout.flush()


def token():
    return "%016x" % random.getrandbits(64)


class Message:
    def __init__(self, data):
        head, _, self.body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        self.start = lines[0]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    def all(self, name):
        short = {"via": "v", "from": "f", "to": "t", "call-id": "i", "contact": "m", "event": "o", "content-type": "c"}
        names = (name.lower(), short.get(name.lower(), name.lower()))
        return [value for key, value in self.headers if key.lower() in names]

    def one(self, name):
        return next(iter(self.all(name)), None)


def uri_in(value):
    found = re.search(r"<([^>]+)>", value)
    return found.group(1) if found else value.split(";")[0].strip()


def tag_in(value):
    found = re.search(r";\s*tag=([^;\s]+)", value.split(">")[-1])
    return found.group(1) if found else None


def pidf(entity, basic, show=None, note=None):
    return ("<?xml version='1.0' encoding='UTF-8'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='%s'><tuple id='t1'><status><basic>%s</basic>%s"
            "</status>%s</tuple></presence>" % (
                entity, basic, "<show xmlns='jabber:client'>%s</show>" % show if show else "", "<note>%s</note>" % note if note else ""))


class Dialog:
    def __init__(self, call, local, remote, target):
        self.call, self.local, self.remote, self.target = call, local, remote, target
        self.route, self.cseq = [], 0


class Agent:
    def __init__(self, address, port, server):
        self.address, self.port, self.server = address, port, server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.dialogs, self.pending, self.etag = {}, {}, None
        self.notify_status, self.watch_status, self.watch_state, self.seen = 200, 200, "active", {}

    # Out

    def request(self, method, uri, call, local, remote, cseq, route=(), headers=(), body="", to=None, what=None):
        branch = MAGIC + token()
        lines = ["%s %s SIP/2.0" % (method, uri), "Via: SIP/2.0/UDP 127.0.0.1:%d;branch=%s;rport" % (self.port, branch)]
        lines += ["Route: " + value for value in route]
        lines += ["Max-Forwards: 70", "From: " + local, "To: " + remote, "Call-ID: " + call, "CSeq: %d %s" % (cseq, method),
                  "Contact: <sip:%s@127.0.0.1:%d>" % (self.address.split("@")[0].split(":")[-1], self.port), *headers,
                  "Content-Length: %d" % len(body.encode()), "", body]
        data = "\r\n".join(lines).encode()
        self.pending[branch] = (method, call, what)
        self.send(branch, data, to or self.server, 0.5)

    def send(self, branch, data, to, wait):
        """Repeats it until a final response comes (RFC 3261 section 17.1.2)."""
        if branch in self.pending and wait < 20:
            self.socket.sendto(data, to)
            timer = threading.Timer(wait, self.send, (branch, data, to, wait * 2))
            timer.daemon = True
            timer.start()

    def publish(self, basic, show=None, note=None, expires=600):
        headers = ["Event: presence", "Expires: %d" % expires]
        if self.etag:
            headers.append("SIP-If-Match: " + self.etag)
        headers.append("Content-Type: application/pidf+xml")
        own = "<%s>" % self.address
        self.request("PUBLISH", self.address, token(), own + ";tag=" + token(), own, 1, (), headers,
                     pidf(self.address.replace("sip:", "pres:"), basic, show, note))

    def subscribe(self, to, expires=600, ref=None):
        call = token()
        dialog = self.dialogs[call] = Dialog(call, "<%s>;tag=%s" % (self.address, token()), "<%s>" % to, to)
        self.in_dialog(dialog, "SUBSCRIBE", expires, ref)

    def refresh(self, call, expires):
        self.in_dialog(self.dialogs[call], "SUBSCRIBE", expires)

    def in_dialog(self, dialog, method, expires, what=None):
        dialog.cseq += 1
        self.request(method, dialog.target, dialog.call, dialog.local, dialog.remote, dialog.cseq, dialog.route,
                     ["Event: presence", "Accept: application/pidf+xml", "Expires: %d" % expires], what=what)

    def notify(self, call, state, basic=None, body=None):
        dialog = self.dialogs[call]
        dialog.cseq += 1
        body = body or (pidf(self.address.replace("sip:", "pres:"), basic) if basic else "")
        headers = ["Event: presence", "Subscription-State: " + state]
        if body:
            headers.append("Content-Type: application/pidf+xml")
        self.request("NOTIFY", dialog.target, dialog.call, dialog.local, dialog.remote, dialog.cseq, dialog.route, headers, body,
                     to=dialog.back)

    # In

    def run(self):
        while True:
            data, source = self.socket.recvfrom(65535)
            if len(data) > 10:
                message = Message(data)
                if message.start.startswith("SIP/2.0"):
                    self.response(message)
                else:
                    self.incoming(message, source)

    def response(self, message):
        status = int(message.start.split(" ")[1])
        branch = re.search(r"branch=([^;\s,]+)", message.one("Via")).group(1)
        if status < 200 or branch not in self.pending:
            return
        method, call, what = self.pending.pop(branch)
        if method == "PUBLISH" and status == 200:
            self.etag = message.one("SIP-ETag")
        elif method == "PUBLISH" and status == 412:
            self.etag = None  # the server has forgotten it (RFC 3903 section 4.1)
        dialog = self.dialogs.get(call)
        if dialog and method == "SUBSCRIBE" and status < 300:
            dialog.remote = message.one("To")
            dialog.target = uri_in(message.one("Contact"))
            dialog.route = list(reversed(message.all("Record-Route")))
        emit("response", method=method, status=status, call=call, ref=what, expires=message.one("Expires"),
             headers={key: value for key, value in message.headers})

    def incoming(self, message, source):
        method, uri, _ = message.start.split(" ")
        key = (message.one("Via"), message.one("CSeq"))
        if key in self.seen:
            self.socket.sendto(self.seen[key], source)
            return
        if method == "NOTIFY":
            self.reply(message, source, self.notify_status)
            emit("notify", call=message.one("Call-ID"), state=message.one("Subscription-State"), body=message.body)
        elif method == "SUBSCRIBE":
            self.subscribed(message, source)
        else:
            self.reply(message, source, 200)

    def subscribed(self, message, source):
        call, known = message.one("Call-ID"), tag_in(message.one("To"))
        tag = known or token()
        expires = int(message.one("Expires") or 3600)
        extra = ["Expires: %d" % expires, "Contact: <sip:me@127.0.0.1:%d>" % self.port]
        if self.watch_status == 489:
            extra = ["Allow-Events: dialog"]
        if known and call not in self.dialogs:
            self.reply(message, source, 481, tag)
        else:
            self.reply(message, source, self.watch_status, tag, extra)
        emit("subscribed", call=call, expires=expires, refresh=known is not None, **{"from": message.one("From")})
        if self.watch_status >= 300 or (known and call not in self.dialogs):
            return
        if call not in self.dialogs:
            dialog = self.dialogs[call] = Dialog(call, message.one("To") + ";tag=" + tag, message.one("From"), uri_in(message.one("Contact")))
            dialog.route, dialog.back = message.all("Record-Route"), source
        if expires == 0:
            self.notify(call, "terminated;reason=timeout", "closed")
        elif self.watch_state:
            self.notify(call, "%s;expires=%d" % (self.watch_state, expires), "open" if self.watch_state == "active" else None)

    def reply(self, message, source, status, tag=None, headers=()):
        to = message.one("To")
        if tag and not tag_in(to):
            to += ";tag=" + tag
        lines = ["SIP/2.0 %d Test" % status] + ["Via: " + value for value in message.all("Via")]
        lines += ["Record-Route: " + value for value in message.all("Record-Route")]
        lines += ["From: " + message.one("From"), "To: " + to, "Call-ID: " + message.one("Call-ID"), "CSeq: " + message.one("CSeq"),
                  *headers, "Content-Length: 0", "", ""]
        data = "\r\n".join(lines).encode()
        self.seen[(message.one("Via"), message.one("CSeq"))] = data
        self.socket.sendto(data, source)


def main():
    address, port, server = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    agent = Agent(address, port, ("127.0.0.1", server))
    threading.Thread(target=agent.run, daemon=True).start()
    emit("ready")
    for line in sys.stdin:
        command = json.loads(line)
        name, number = command.pop("cmd"), command.pop("number")
        if name == "answer":
            agent.notify_status = command["status"]
        elif name == "watch":
            agent.watch_status, agent.watch_state = command["status"], command.get("state")
        elif name == "forget":
            agent.dialogs.clear()
        else:
            getattr(agent, name)(**command)
        emit("done", of=number)


main()
