#!/usr/bin/python3
"""SIP users with MSRP and MESSAGE for tests: plain sockets, sharing no code with the gateway.

One process holds any number of phones. Commands come as JSON lines on standard input, each naming its phone; events leave as
JSON lines on standard output. A command may carry "ref"; its outcome is an event "done" with that ref and "ok".

  open      phone [user host certificate key] [options]   options: see Phone.DEFAULTS; changed later by "set"
  Sessions by hand (the test carries the descriptions):
  session   phone session [options]     options: see msrp_wire.Session.DEFAULTS
  offer     phone session [renew]       done with sdp
  answer    phone session sdp [renew]   done with sdp; connects when it is the active side
  accept    phone session sdp           the answer to an offer; connects when it is the active side
  auth      phone session relay username password     asks a relay for a path (RFC 4976)
  Calls:
  invite    phone call to via [call_id transport types renew subject headers ack]     event "answered" or "refused", session = call;
                                        ack false: its 200 is left without one
  pick      phone call [status]         answers an INVITE, or re-INVITE, that waits; ring phone call
  bye cancel                            phone call
  reinvite  phone call [renew] [wait]   with a new path, unless renew is false: the session is created anew; wait false: done at
                                        once, and the outcome is event "reinvite_response"
  overtake  phone call                  connects on a new path while a re-INVITE waits, whoever sent it, and speaks before it is answered
  Messages in a session (or call):
  send      phone session [body size type id success failure chunk shuffle]    size: that many octets instead of a body
  flood     phone session count prefix
  composing phone session state [refresh]      RFC 3994
  raw       phone session text [pad]    written as it is, {to} and {from} being its paths, and pad times "x" after it; event "response"
  report    phone session id range status
  cut       phone session               closes the connection without a word; pause resume: stops reading
  received  phone session               event "received": the texts so far
  SIP:
  message   phone to via body [type call_id from_tag cseq headers transport]   event "message_response"
  options   phone to via [transport]    event "options_response"
  set       phone [session] options
  close     phone                       goes without a word
"""
import asyncio
import hashlib
import re
import xml.sax.saxutils

import msrp_wire
import sip_wire
from commands import emit, serve
from sip_wire import Message, token, uri_of

ISCOMPOSING = "application/im-iscomposing+xml"


class Call:
    """A dialog, and the session in it."""

    def __init__(self, name, session):
        self.name, self.session = name, session
        self.local = self.remote = self.call_id = self.target = self.invite = self.asked = self.reply = None
        self.cseq, self.routes, self.via, self.transport, self.outgoing, self.remote_sdp = 1, [], None, "udp", True, None


class Phone:
    DEFAULTS = {
        "on_invite": "accept",   # accept | ring | wait | a status to refuse with
        "on_first_invite": None,   # a status to refuse the first one with
        "moved_to": None,        # Contact of that refusal
        "on_message": 200,       # status for MESSAGE; 0: no answer
        "refused_types": "",     # of MESSAGE
        "on_options": 200,
        "on_reinvite": 200,
        "retry_after": None,     # in refusals of INVITE and MESSAGE
        "accept": "text/plain, application/im-iscomposing+xml, message/cpim, message/imdn+xml",
        "allow": "INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE",
        "session": {},           # of sessions that calls create
        "domain": None,          # host of its address in From; None: where it listens
    }

    def __init__(self, name, user, host, certificate, key, options):
        self.name, self.user, self.host = name, user, host
        self.options = {**self.DEFAULTS, **options}
        self.node = msrp_wire.Node(self.tell, host, certificate, key)
        self.agent = sip_wire.Agent(host, self._request)
        self.sessions, self.calls, self.version = {}, {}, 0

    def tell(self, event, **fields):
        emit(self.name, event, **fields)

    def close(self):
        for connection in list(self.node.connections):
            connection.cut()
        self.node.server.close()
        self.agent.close()

    # Sessions

    def new_session(self, name, options):
        self.sessions[name] = msrp_wire.Session(self.node, name, {**self.options["session"], **options})
        return self.sessions[name]

    def describe(self, session, setup):
        _, host, port, _ = msrp_wire.parse_uri(session.path[0])
        self.version += 1
        secure = session.path[0].startswith("msrps")
        lines = ["v=0", f"o=- 1 {self.version} IN IP4 {self.host}", "s=-", f"c=IN IP4 {host}", "t=0 0",
                 f"m=message {port} {'TCP/TLS/MSRP' if secure else 'TCP/MSRP'} *", f"a=accept-types:{session.options['types']}",
                 f"a=path:{' '.join(session.path)}"]
        if session.options["max_size"]:
            lines.append(f"a=max-size:{session.options['max_size']}")
        if setup:
            lines.append(f"a=setup:{setup}")
        if session.options["cema"]:
            lines.append("a=msrp-cema")
        if self.node.certificate and secure:
            lines.append(f"a=fingerprint:SHA-256 {self.node.fingerprint}")
        return "\r\n".join(lines) + "\r\n"

    def offer(self, session):
        return self.describe(session, session.options["setup"])

    @staticmethod
    def read(sdp):
        part = re.search(r"m=message.*", sdp, re.S).group(0)
        path = re.search(r"a=path:(.*?)\r?\n", part).group(1).split()
        setup = re.search(r"a=setup:(\w+)", part)
        port = int(part.split()[1])
        return path, setup.group(1) if setup else None, port

    async def answer(self, session, sdp):
        path, setup, _ = self.read(sdp)
        session.remote = path
        mine = session.options["setup"] or ("passive" if setup else None)
        active = mine == "active" and setup in ("actpass", "passive")
        answer = self.describe(session, ("active" if active else "passive") if setup else None)
        if active and not session.connection:  # or it overtook the answer
            asyncio.ensure_future(self._connect(session))
        return answer

    def accept(self, session, sdp):
        path, setup, port = self.read(sdp)
        if port == 0:
            return False
        session.remote = path
        if setup != "active" and not session.connection:
            asyncio.ensure_future(self._connect(session))
        return True

    async def overtake(self, call):
        if call.asked is not None and ";tag=" in call.asked.get("to"):
            call.session.renew()
            call.session.remote = self.read(call.asked.body.decode())[0]
        await call.session.connect()

    async def _connect(self, session):
        try:
            await session.connect()
        except (OSError, asyncio.TimeoutError) as fault:
            session.tell("unreachable", error=str(fault))

    async def auth(self, session, relay, username, password):
        scheme, host, port, _ = msrp_wire.parse_uri(relay)
        connection = await self.node.dial(host, port, scheme == "msrps")
        headers = [("To-Path", relay), ("From-Path", session.uri), ("Expires", "600")]
        tid = token()
        reply = await connection.ask(tid, msrp_wire.write_frame(f"MSRP {tid} AUTH", headers, tid))
        if reply.status == 401:
            given = dict(re.findall(r'(\w+)="?([^",]*)"?', reply.get("WWW-Authenticate")))
            md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
            ha1, ha2 = md5(f"{username}:{given['realm']}:{password}"), md5(f"AUTH:{relay}")
            cnonce = token()
            answer = md5(f"{ha1}:{given['nonce']}:00000001:{cnonce}:auth:{ha2}")
            headers.insert(2, ("Authorization", f'Digest username="{username}", realm="{given["realm"]}", nonce="{given["nonce"]}", '
                               f'uri="{relay}", qop=auth, nc=00000001, cnonce="{cnonce}", response="{answer}"'))
            tid = token()
            reply = await connection.ask(tid, msrp_wire.write_frame(f"MSRP {tid} AUTH", headers, tid))
        if reply.status == 200:
            session.relayed = reply.get("Use-Path").split()
        return {"status": reply.status, "use_path": reply.get("Use-Path")}

    # Calls out

    def _dialog_request(self, call, method, body=b"", content_type=None):
        call.cseq += 1
        headers = [("via", f"SIP/2.0/{call.transport.upper()} {self.host}:{self.agent.port};branch=z9hG4bK{token()};rport"),
                   ("max-forwards", "70"), *[("route", r) for r in call.routes], ("from", call.local), ("to", call.remote),
                   ("call-id", call.call_id), ("cseq", f"{call.cseq} {method}"), ("contact", self.agent.contact(self.user, call.transport))]
        if content_type:
            headers.append(("content-type", content_type))
        return Message(f"{method} {call.target} SIP/2.0", headers, body)

    async def invite(self, name, to, via, call_id=None, transport="udp", subject=None, headers=None, ack=True, **options):
        session = self.new_session(name, options)
        call = self.calls[name] = Call(name, session)
        call.via, call.transport, call.call_id = self._place(via), transport, call_id or token(16)
        call.local = f"<sip:{self.user}@{self.options['domain'] or f'{self.host}:{self.agent.port}'}>;tag={token()}"
        call.remote, call.target = f"<{to}>", to
        call.invite = self._dialog_request(call, "INVITE", self.offer(session).encode(), "application/sdp")
        if subject:
            call.invite.headers.append(("subject", subject))
        call.invite.headers += [(n.lower(), v) for n, v in headers or []]
        response = await self.agent.request(
            call.invite, *call.via, transport, lambda r: self.tell("provisional", call=name, status=r.status))
        if response is None or response.status >= 300:
            await self._ack(call, response, same_branch=True)
            self.tell("refused", call=name, status=response.status if response else 0, phrase=response.start if response else "",
                      contact=response.get("contact") if response else "", warning=response.get("warning") if response else "")
            return
        call.remote = response.get("to")
        call.target = uri_of(response.get("contact"))
        call.routes = list(reversed(response.all("record-route")))
        if ack:
            await self._ack(call, response)
            self.accept(session, response.body.decode())
        self.tell("answered", call=name, sdp=response.body.decode(), call_id=call.call_id)

    async def _ack(self, call, response, same_branch=False):
        if response is None:
            return
        ack = self._dialog_request(call, "ACK")
        call.cseq -= 1
        ack.headers = [(n, v) for n, v in ack.headers if n not in ("cseq", "to")] + [
            ("cseq", response.get("cseq").split()[0] + " ACK"), ("to", response.get("to"))]
        if same_branch:
            ack.headers = [("via", call.invite.get("via"))] + [(n, v) for n, v in ack.headers if n != "via"]
        await self.agent.write(ack, *call.via, call.transport)

    async def bye(self, call):
        response = await self.agent.request(self._dialog_request(call, "BYE"), *call.via, call.transport)
        self._over(call)
        return {"status": response.status if response else 0}

    async def cancel(self, call):
        cancel = Message(call.invite.start.replace("INVITE", "CANCEL"), [
            (n, v if n != "cseq" else v.replace("INVITE", "CANCEL")) for n, v in call.invite.headers if n not in ("content-type", "contact")])
        response = await self.agent.request(cancel, *call.via, call.transport)
        return {"status": response.status if response else 0}

    async def reinvite(self, call, renew=True):
        if renew:
            call.session.renew()
        call.invite = self._dialog_request(call, "INVITE", self.offer(call.session).encode(), "application/sdp")
        response = await self.agent.request(call.invite, *call.via, call.transport)
        await self._ack(call, response, same_branch=response is not None and response.status >= 300)
        if renew and response is not None and response.status == 200:
            self.accept(call.session, response.body.decode())
        outcome = {"status": response.status if response else 0, "warning": response.get("warning") if response else None}
        self.tell("reinvite_response", call=call.name, **outcome)
        return outcome

    def _over(self, call):
        self.calls.pop(call.name, None)
        if call.session.connection:
            call.session.connection.sessions.discard(call.session)
            call.session.connection = None

    @staticmethod
    def _place(via):
        host, port = via.rsplit(":", 1)
        return host, int(port)

    # Requests in

    def _request(self, request, reply, reliable):
        known = next((c for c in self.calls.values() if c.call_id == request.get("call-id")), None)
        handler = getattr(self, "_on_" + request.method.lower(), None)
        if handler:
            handler(request, reply, known, reliable)
        else:
            self.agent.respond(request, reply, 405, headers=[("allow", self.options["allow"])], to_tag=token())

    def _on_ack(self, request, reply, call, reliable):
        if call:
            self.tell("acked", call=call.name)

    def _on_invite(self, request, reply, call, reliable):
        if ";tag=" in request.get("to"):
            if not call:  # a dialog of who had this port before (RFC 3261 section 12.2.2)
                self.agent.respond(request, reply, 481)
                return
            call.asked, call.reply = request, reply
            self.tell("reinvited", call=call.name, sdp=request.body.decode(), contact=request.get("contact"))
            if self.options["on_reinvite"] == 200:
                path = self.read(request.body.decode())[0]
                if path != call.session.remote:
                    call.session.renew()
                asyncio.ensure_future(self._accept_call(call, tag=None))
            elif self.options["on_reinvite"]:
                self.agent.respond(request, reply, self.options["on_reinvite"])
            return
        name = request.get("call-id")
        call = self.calls[name] = Call(name, self.new_session(name, {}))
        call.outgoing, call.call_id, call.asked, call.reply = False, request.get("call-id"), request, reply
        call.tag = token()
        call.local, call.remote = request.get("to") + f";tag={call.tag}", request.get("from")
        call.target, call.routes = uri_of(request.get("contact")), request.all("record-route")
        call.transport = "tcp" if reliable else "udp"
        hop = re.match(r"sips?:(?:[^@]*@)?(\[[^\]]*\]|[^:;>]*)(?::(\d+))?", uri_of((call.routes or [request.get("contact")])[0]))
        call.via = (hop.group(1), int(hop.group(2) or 5060))
        self.tell("invited", call=name, sdp=request.body.decode(), **{"from": request.get("from"), "to": request.get("to"),
                  "subject": request.get("subject"), "uri": request.start.split()[1], "language": request.get("content-language"),
                  "contact": request.get("contact")})
        action, self.options["on_first_invite"] = self.options["on_first_invite"] or self.options["on_invite"], None
        if isinstance(action, int):
            moved = [("contact", f"<{self.options['moved_to']}>")] if self.options["moved_to"] else []
            self.agent.respond(request, reply, action, headers=self._later() + moved, to_tag=call.tag)
        elif action in ("ring", "accept"):
            self.agent.respond(request, reply, 180, to_tag=call.tag)
            if action == "accept":
                asyncio.ensure_future(self._accept_call(call, call.tag))

    async def _accept_call(self, call, tag):
        try:
            sdp = await self.answer(call.session, call.asked.body.decode())
        except AttributeError:
            self.agent.respond(call.asked, call.reply, 488, to_tag=tag)
            return
        self.agent.respond(call.asked, call.reply, 200, "OK", [
            ("contact", self.agent.contact(self.user, call.transport)), ("content-type", "application/sdp"),
            ("allow", self.options["allow"])], sdp.encode(), tag)

    async def pick(self, call, status=200):
        tag = None if ";tag=" in call.asked.get("to") else call.tag
        if status == 200:
            await self._accept_call(call, tag)
        else:
            self.agent.respond(call.asked, call.reply, status, to_tag=tag)

    def _on_cancel(self, request, reply, call, reliable):
        self.agent.respond(request, reply, 200 if call else 481, to_tag=getattr(call, "tag", None))
        if call:
            self.tell("cancelled", call=call.name)
            self.agent.respond(call.asked, call.reply, 487, to_tag=call.tag)

    def _on_bye(self, request, reply, call, reliable):
        self.agent.respond(request, reply, 200 if call else 481)
        if call:
            self.tell("bye", call=call.name, reason=request.get("reason"))
            self._over(call)

    def _on_options(self, request, reply, call, reliable):
        self.agent.respond(request, reply, self.options["on_options"], "OK", [
            ("accept", "application/sdp, " + self.options["accept"]), ("allow", self.options["allow"])], to_tag=token())

    def _later(self):
        return [("retry-after", str(self.options["retry_after"]))] if self.options["retry_after"] else []

    def _on_message(self, request, reply, call, reliable):
        refused = (request.get("content-type") or "").split(";")[0] in self.options["refused_types"].split()
        status = 415 if refused else self.options["on_message"]
        if status:
            headers = [("accept", self.options["accept"])] if status == 415 else []
            self.agent.respond(request, reply, status, headers=headers + self._later(), to_tag=token())
        self.tell("sip_message", body=request.body.decode(errors="replace"), type=request.get("content-type"), status=status,
                  call_id=request.get("call-id"), cseq=request.get("cseq"), subject=request.get("subject"),
                  language=request.get("content-language"), headers=request.headers,
                  **{"from": request.get("from"), "to": request.get("to"), "uri": request.start.split()[1]})

    # Requests out of dialogs

    async def one_shot(self, method, to, via, event, body=b"", type=None, call_id=None, from_tag=None, cseq=1, headers=None, transport="udp"):
        request = Message(f"{method} {to} SIP/2.0", [
            ("via", f"SIP/2.0/{transport.upper()} {self.host}:{self.agent.port};branch=z9hG4bK{token()};rport"), ("max-forwards", "70"),
            ("from", f"<sip:{self.user}@{self.host}:{self.agent.port}>;tag={from_tag or token()}"), ("to", f"<{to}>"),
            ("call-id", call_id or token(16)), ("cseq", f"{cseq} {method}"), *[(n.lower(), v) for n, v in headers or []]], body)
        if type:
            request.headers.append(("content-type", type))
        response = await self.agent.request(request, *self._place(via), transport)
        fields = {"status": response.status, "phrase": response.start, "accept": response.get("accept"), "allow": response.get("allow"),
                  "retry_after": response.get("retry-after")} if response else {"status": 0}
        self.tell(event, **fields)
        return fields


def composing(state, refresh):
    return (f"<?xml version='1.0' encoding='UTF-8'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>"
            f"{xml.sax.saxutils.escape(state)}</state><contenttype>text/plain</contenttype>"
            + (f"<refresh>{refresh}</refresh>" if refresh else "") + "</isComposing>").encode()


PHONES = {}


async def run(c):
    name, command = c["phone"], c["cmd"]
    if command == "open":
        phone = PHONES[name] = Phone(
            name, c.get("user", name), c.get("host", "127.0.0.1"), c.get("certificate"), c.get("key"), c.get("options", {}))
        await phone.node.listen()
        await phone.agent.start(c.get("port", 0))
        return {"sip": phone.agent.port, "msrp": phone.node.port}
    phone = PHONES[name]
    if command == "close":
        phone.close()
        return {}
    session = phone.sessions.get(c.get("session") or c.get("call"))
    call = phone.calls.get(c.get("call"))
    if command == "set":
        (session or phone).options.update(c["options"])
    elif command == "session":
        phone.new_session(c["session"], c.get("options", {}))
    elif command in ("offer", "answer") and c.get("renew"):
        session.renew()
    if command == "offer":
        return {"sdp": phone.offer(session)}
    if command == "answer":
        return {"sdp": await phone.answer(session, c["sdp"])}
    if command == "accept":
        return {"accepted": phone.accept(session, c["sdp"])}
    if command == "auth":
        return await phone.auth(session, c["relay"], c["username"], c["password"])
    if command == "invite":
        options = {k: c[k] for k in ("call_id", "transport", "subject", "types", "headers", "ack") if k in c}
        asyncio.ensure_future(phone.invite(c["call"], c["to"], c["via"], **options, **c.get("options", {})))
    elif command in ("pick",):
        await phone.pick(call, c.get("status", 200))
    elif command == "ring":
        phone.agent.respond(call.asked, call.reply, 180, to_tag=call.tag)
    elif command == "reinvite" and not c.get("wait", True):
        asyncio.ensure_future(phone.reinvite(call, c.get("renew", True)))
    elif command == "reinvite":
        return await phone.reinvite(call, c.get("renew", True))
    elif command == "overtake":
        await phone.overtake(call)
    elif command in ("bye", "cancel"):
        if call is None:
            return {"status": 481}  # the other side was faster
        return await getattr(phone, command)(call)
    elif command == "send":
        body = bytes(i % 251 for i in range(c["size"])) if c.get("size") else (c.get("body") or "").encode()
        options = {k: c[k] for k in ("success", "failure", "chunk", "shuffle") if c.get(k) is not None}
        return {"id": session.send(body, c.get("type", "text/plain"), c.get("id"), **options), "sha256": hashlib.sha256(body).hexdigest()}
    elif command == "flood":
        for i in range(c.get("start", 0), c.get("start", 0) + c["count"]):
            session.send(f"{c['prefix']}{i}".encode())
            if i % 50 == 0:
                await asyncio.sleep(0)
    elif command == "composing":
        session.send(composing(c["state"], c.get("refresh")), ISCOMPOSING)
    elif command == "raw":
        session.connection.write(c["text"].replace("{to}", session.to).replace("{from}", session.uri).encode() + b"x" * c.get("pad", 0))
    elif command == "report":
        session.report(session.relayed + session.remote, c["id"], c["range"], c.get("status", "000 200 OK"))
    elif command == "cut" and session.connection:
        session.connection.cut()
    elif command == "pause":
        session.connection.paused.clear()
    elif command == "resume":
        session.connection.paused.set()
    elif command == "received":
        return {"texts": [b.decode(errors="replace") for b in session.received], "waiting": len(session.unconfirmed)}
    elif command == "message":
        asyncio.ensure_future(phone.one_shot(
            "MESSAGE", c["to"], c["via"], "message_response", c["body"].encode(), c.get("type", "text/plain"),
            **{k: c[k] for k in ("call_id", "from_tag", "cseq", "headers", "transport") if c.get(k) is not None}))
    elif command == "options":
        asyncio.ensure_future(phone.one_shot("OPTIONS", c["to"], c["via"], "options_response", transport=c.get("transport", "udp")))
    return {}


if __name__ == "__main__":
    asyncio.run(serve(run))
