#!/usr/bin/python3
"""XMPP calling clients for tests: real XMPP, ICE, DTLS-SRTP and audio, sharing no code with the gateway.

One process holds any number of phones. Commands come as JSON lines on standard input, each naming its phone; events
leave as JSON lines on standard output. A command may carry "ref": its outcome is then an event "done" with that ref.

  login     phone jid password host port [options]      options: see Phone.DEFAULTS; changed later by "set"
  call      phone to sid jmi                            jmi: "0.8", "0.3.1", "1", or "none" (session-initiate at once)
  ringing proceed reject retract finish                 phone sid (and reason, text, migrated_to, tie_break, to)
  initiate  phone sid to                                session-initiate without any message before it
  accept terminate info                                 phone sid (and reason, text / name)
  dtmf audio measure                                    phone sid (digits / sending / windows patience)
  send      phone xml                                   a stanza as it is
  disco     phone to [node]                             and the caps hash that slixmpp computes of the answer
  vcard     phone to                                    vcard-temp and vCard4
  drop logout                                           phone: cut the TCP connection / end the stream
"""
import asyncio
import logging
import sys
import time
import uuid
import xml.etree.ElementTree as ET

import slixmpp
from slixmpp.plugins.xep_0030 import DiscoInfo
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

import commands
import jingle_elements as je
from call_media import OFFERED, CallMedia, Codec
from jingle_elements import DTLS, ERRORS, ICE, JINGLE, MESSAGE, RTP, RTP_INFO, local, q, read_reason, reason_xml

FEATURES = [
    JINGLE, RTP, RTP + ":audio", RTP.replace("rtp:1", "rtp:audio"), DTLS, ICE,
    MESSAGE[0], "urn:xmpp:ping", "urn:xmpp:jingle:apps:grouping:0",
]
PHONES = {}


class Session:
    """One call as this device sees it."""

    def __init__(self, sid, peer, initiator):
        self.sid, self.peer, self.initiator = sid, peer, initiator
        self.media = None
        self.content = "audio"
        self.offer = None          # the session-initiate that waits for an answer
        self.early_candidates = []
        self.dialect = "0.8"
        self.medias = ["audio"]


class Phone(slixmpp.ClientXMPP):
    DEFAULTS = {
        "on_propose": "ring",      # ignore | ring | answer (ring, then proceed) | proceed (without ringing) | reject
        "on_initiate": "ring",     # without a message before: ignore | ring | accept
        "message_initiation": True,  # advertised
        "auto_initiate": True,     # after proceed for our own propose
        "auto_accept": True,       # of the session that we proceeded with
        "dialect": "0.8",          # of answers to a propose in :0; "0.3.1": no ringing, accept to the own account
        "trickle": True,           # candidates by transport-info after the description, else within it
        "setup": "active",         # DTLS role taken as answerer
        "codecs": None,            # names offered, and taken from an offer; None: all
        "numbers": {},             # payload numbers of its own, such as {"telephone-event/8000": 101}
        "single_codec": False,     # answer with one payload type only, as Dino does
        "tone": 440,               # sent; 0: silence
        "expect": 440,             # listened for
        "understands": [0, 1],     # namespaces of XEP-0353; an element of another one is not seen
        "priority": None,
        "carbons": True,
    }

    def __init__(self, name, jid, password, options):
        super().__init__(jid, password)
        self.name, self.options = name, {**self.DEFAULTS, **options}
        self.sessions, self.waiting, self.tasks = {}, {}, set()
        self.own_presence, self.available = "", asyncio.Event()
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0115")
        self.register_plugin("xep_0199")
        self.plugin["feature_mechanisms"].unencrypted_plain = True
        self.auto_authorize, self.auto_subscribe = None, False  # who may see her presence is the test's to say
        for feature in FEATURES:
            if feature != MESSAGE[0] or self.options["message_initiation"]:
                self.plugin["xep_0030"].add_feature(feature)
        self.plugin["xep_0030"].add_identity("client", "pc", "interop phone")
        self.add_event_handler("session_start", self._started)
        self.add_event_handler("failed_all_auth", lambda _: self.tell("login_failed"))
        self.add_event_handler("disconnected", lambda why: self.tell("disconnected", why=str(why)))
        self.register_handler(Callback(
            "jingle", MatchXPath("{jabber:client}iq/{urn:xmpp:jingle:1}jingle"), lambda iq: self._jingle(iq.xml)))
        self.add_filter("in", self._seen)

    def tell(self, event, **fields):
        commands.emit(self.name, event, **fields)

    def task(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.tell("fault", error=repr(task.exception()))

    async def _started(self, _):
        await self.ask("<iq type='get'><query xmlns='jabber:iq:roster'/></iq>")  # who asks is told of subscriptions
        await self.plugin["xep_0115"].update_caps()
        presence = self.make_presence(ppriority=self.options["priority"])
        presence["id"] = self.own_presence = uuid.uuid4().hex
        presence.send()
        if self.options["carbons"]:
            await self.ask("<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
        await self.available.wait()
        self.tell("ready", jid=self.boundjid.full)

    # Stanzas in

    def _seen(self, stanza):
        xml = stanza.xml
        kind = local(xml)
        if kind == "iq" and xml.get("type") in ("result", "error"):
            future = self.waiting.pop(xml.get("id"), None)
            if future and not future.done():
                future.set_result(xml)
        elif kind == "presence":
            caps = xml.find("{http://jabber.org/protocol/caps}c")
            self.tell("presence", **{"from": xml.get("from"), "type": xml.get("type") or "available",
                                     "caps": None if caps is None else dict(caps.attrib), "xml": je.serialize(xml)})
            if xml.get("id") == self.own_presence and xml.get("from") == self.boundjid.full:
                self.available.set()  # what is sent to the account reaches this device from now on (RFC 6121 section 4.2.2)
        elif kind == "message":
            self._message(xml)
        return stanza

    def _message(self, xml, carbon=None):
        for way in ("sent", "received"):
            wrapped = xml.find(f"{{urn:xmpp:carbons:2}}{way}/{{urn:xmpp:forward:0}}forwarded/{{jabber:client}}message")
            if wrapped is not None:
                return self._message(wrapped, way)
        elements = [e for e in xml if e.tag.startswith("{urn:xmpp:jingle-message:")]
        fields = {"from": xml.get("from"), "to": xml.get("to"), "carbon": carbon, "message_id": xml.get("id")}
        if xml.get("type") == "error":
            error = xml.find("{jabber:client}error")
            condition = next((local(e) for e in error if local(e) != "text"), None) if error is not None else None
            self.tell("message_error", condition=condition, sid=elements[0].get("id") if elements else None, xml=je.serialize(xml), **fields)
            return
        if not elements:
            self.tell("message", xml=je.serialize(xml), **fields)
        for element in elements:
            reason, text = read_reason(element)
            migrated = next((e.get("to") for e in element if local(e) == "migrated"), None)
            action, sid = local(element), element.get("id")
            version = 1 if element.tag.startswith("{" + MESSAGE[1]) else 0
            if version not in self.options["understands"]:
                continue
            nick = xml.findtext("{http://jabber.org/protocol/nick}nick")
            self.tell("jmi", action=action, sid=sid, ns=version, reason=reason, text=text, migrated_to=migrated,
                      tie_break=any(local(e) == "tie-break" for e in element), nick=nick,
                      media=[e.get("media") for e in element if local(e) == "description"],
                      type=xml.get("type"), xml=je.serialize(xml), **fields)
            if carbon is None and xml.get("from", "").split("/")[0] != self.boundjid.bare:
                self.task(self._jmi(action, sid, version, xml.get("from")))

    async def _jmi(self, action, sid, version, sender):
        session = self.sessions.get(sid)
        if action == "propose" and session is None:
            session = self.sessions[sid] = Session(sid, sender, initiator=False)
            session.dialect = "1" if version == 1 else self.options["dialect"]
            mode = self.options["on_propose"]
            if mode in ("ring", "answer"):
                self.send_jmi(session, "ringing")
            if mode in ("answer", "proceed"):
                self.send_jmi(session, "proceed")
            elif mode == "reject":
                self.send_jmi(session, "reject", reason="busy")
        elif session and action in ("proceed", "accept") and session.initiator and session.media is None:
            session.peer = sender
            if self.options["auto_initiate"]:
                await self.initiate(session)
        elif session and action in ("retract", "reject"):
            await self._close(session)

    def send_jmi(self, session, action, to=None, reason=None, text=None, migrated_to=None, tie_break=False, media=None):
        """In the dialect of the session; who is addressed differs between the versions of XEP-0353."""
        version = 1 if session.dialect == "1" else 0
        peer_bare = session.peer.split("/")[0]
        if session.dialect == "0.3.1" and action == "ringing":
            return
        inner = reason_xml(reason, text)
        if tie_break:
            inner += f"<tie-break xmlns='{MESSAGE[version]}'/>"
        if migrated_to:
            inner += f"<migrated to={q(migrated_to)}/>"
        if action == "propose":
            inner = "".join(f"<description xmlns='{RTP}' media='{m}'/>" for m in media or session.medias)
        to = to or (peer_bare if action in ("propose", "retract") or session.dialect == "1" else session.peer)
        if session.dialect == "0.3.1" and action == "proceed":
            self._message_out(self.boundjid.bare, version, "accept", session.sid, "")
        if session.dialect == "1" and action == "proceed":
            action = "accept"
        self._message_out(to, version, action, session.sid, inner)

    def _message_out(self, to, version, action, sid, inner):
        store = "<store xmlns='urn:xmpp:hints'/>"
        nick = self.options.get("nick")
        if nick and action == "propose":
            store += f"<nick xmlns='http://jabber.org/protocol/nick'>{je.escape(nick)}</nick>"
        prefix = "jm-" + action + "-"
        self.send_raw(f"<message type='chat' to={q(to)} id={q(prefix + sid)}>"
                      f"<{action} xmlns='{MESSAGE[version]}' id={q(sid)}>{inner}</{action}>{store}</message>")

    # Jingle in

    def _jingle(self, iq):
        jingle = iq.find(f"{{{JINGLE}}}jingle")
        action, sid, sender = jingle.get("action"), jingle.get("sid"), iq.get("from")
        session = self.sessions.get(sid)
        reason, text = read_reason(jingle)
        info = [e.tag for e in jingle if e.tag.startswith(f"{{{RTP_INFO}}}")]
        contents = []
        for content in jingle.findall(f"{{{JINGLE}}}content"):
            description, transport = content.find(f"{{{RTP}}}description"), content.find(f"{{{ICE}}}transport")
            fingerprint = transport.find(f"{{{DTLS}}}fingerprint") if transport is not None else None
            contents.append({
                "name": content.get("name"), "creator": content.get("creator"), "senders": content.get("senders"),
                "media": description.get("media") if description is not None else None,
                "codecs": [repr(c) for c in je.read_codecs(content)],
                "setup": fingerprint.get("setup") if fingerprint is not None else None,
                "candidates": 0 if transport is None else len(transport.findall(f"{{{ICE}}}candidate")),
            })
        self.tell("jingle", action=action, sid=sid, reason=reason, text=text, contents=contents,
                  info=info[0].rsplit("}", 1)[-1] if info else None,
                  xml=je.serialize(jingle), **{"from": sender, "to": iq.get("to")})
        if session and session.peer.split("/")[0] != sender.split("/")[0]:
            session = None
        if session is None and action != "session-initiate":
            self.send_raw(f"<iq type='error' to={q(sender)} id={q(iq.get('id'))}><error type='cancel'>"
                          f"<item-not-found xmlns='{je.STANZAS}'/><unknown-session xmlns='{ERRORS}'/></error></iq>")
            return
        self.send_raw(f"<iq type='result' to={q(sender)} id={q(iq.get('id'))}/>")
        if action == "session-initiate":
            self.task(self._initiated(session, sid, sender, jingle))
        elif action == "session-accept":
            self.task(self._accepted(session, jingle))
        elif action == "transport-info":
            self.task(self._candidates(session, jingle))
        elif action == "session-terminate":
            self.task(self._close(session))

    async def _initiated(self, session, sid, sender, jingle):
        agreed = session is not None
        if session is None:
            session = self.sessions[sid] = Session(sid, sender, initiator=False)
            session.dialect = "none"
        session.peer, session.offer = sender, jingle
        if agreed:
            if self.options["auto_accept"]:
                await self.accept(session)
        elif self.options["on_initiate"] == "accept":
            await self.accept(session)
        elif self.options["on_initiate"] == "ring":
            await self.info(session, "ringing")

    async def _accepted(self, session, jingle):
        content = jingle.find(f"{{{JINGLE}}}content")
        session.media.negotiated(session.receive, je.read_codecs(content))
        await self._remote(session, content.find(f"{{{ICE}}}transport"))

    async def _candidates(self, session, jingle):
        for content in jingle.findall(f"{{{JINGLE}}}content"):
            transport = content.find(f"{{{ICE}}}transport")
            if transport is None or content.get("name") != session.content:
                continue
            for candidate in je.read_candidates(transport):
                if session.media is None:
                    session.early_candidates.append(candidate)
                else:
                    await session.media.add_candidate(candidate)

    async def _remote(self, session, transport):
        fingerprint = transport.find(f"{{{DTLS}}}fingerprint")
        theirs = fingerprint.get("setup")
        ours = {"active": "server", "passive": "client"}.get(
            theirs, "client" if self.options["setup"] == "active" else "server")
        await session.media.set_remote(transport.get("ufrag"), transport.get("pwd"), fingerprint.text.strip(), ours)
        for candidate in je.read_candidates(transport) + session.early_candidates:
            await session.media.add_candidate(candidate)
        session.early_candidates = []

    async def _close(self, session):
        if session and session.media:
            media, session.media = session.media, None
            await media.close()

    # Jingle out

    def _media(self, session, controlling):
        session.media = CallMedia(
            lambda event, **fields: self.tell(event, sid=session.sid, **fields),
            controlling, self.options["tone"], self.options["expect"])
        return session.media.gather()

    def _offered(self):
        names = self.options["codecs"]
        offered = [Codec(self.options["numbers"].get(repr(c), c.id), c.name, c.clockrate, c.channels) for c in OFFERED]
        return offered if names is None else sorted(
            (c for c in offered if c.name in names), key=lambda c: names.index(c.name))

    async def initiate(self, session):
        candidates = await self._media(session, True)
        session.receive = self._offered()
        trickled = self.options["trickle"]
        transport = je.transport_xml(session.media, "actpass", () if trickled else candidates)
        contents = je.audio_xml(session.content, session.receive, transport)
        if "video" in session.medias:
            contents += je.video_xml("video", transport) + (
                f"<group xmlns='{je.GROUPING}' semantics='BUNDLE'><content name='{session.content}'/>"
                "<content name='video'/></group>")
        await self.jingle(session, "session-initiate", contents, f" initiator={q(self.boundjid.full)}")
        if trickled:
            await self._trickle(session, candidates)

    async def accept(self, session):
        content = session.offer.find(f"{{{JINGLE}}}content")
        session.content = content.get("name")
        candidates = await self._media(session, False)
        known = self._offered()
        offered = je.read_codecs(content)
        session.receive = [c for c in offered if any(c.same(k) for k in known)]
        if self.options["codecs"]:
            session.receive.sort(key=lambda c: self.options["codecs"].index(c.name))
        if self.options["single_codec"]:
            session.receive = session.receive[:1]
        session.media.negotiated(session.receive, session.receive)
        trickled = self.options["trickle"]
        transport = je.transport_xml(session.media, self.options["setup"], () if trickled else candidates)
        contents = je.audio_xml(session.content, session.receive, transport, content.get("creator"))
        session_offer, session.offer = session.offer, None
        await self.jingle(session, "session-accept", contents, f" responder={q(self.boundjid.full)}")
        if trickled:
            await self._trickle(session, candidates)
        await self._remote(session, session_offer.find(f"{{{JINGLE}}}content/{{{ICE}}}transport"))

    async def _trickle(self, session, candidates):
        for candidate in candidates:
            if session.media:
                await self.jingle(session, "transport-info",
                                  f"<content creator='initiator' name={q(session.content)}>"
                                  f"{je.transport_xml(session.media, None, [candidate])}</content>")

    async def info(self, session, name):
        role = "initiator"
        attributes = f" creator='{role}' name={q(session.content)}" if name in ("mute", "unmute") else ""
        await self.jingle(session, "session-info", f"<{name} xmlns='{RTP_INFO}'{attributes}/>" if name else "")

    async def jingle(self, session, action, inner, attributes=""):
        answer = await self.ask(
            f"<iq type='set' to={q(session.peer)}><jingle xmlns='{JINGLE}' action='{action}' "
            f"sid={q(session.sid)}{attributes}>{inner}</jingle></iq>")
        error = answer.find("{jabber:client}error")
        names = [local(e) for e in error] if error is not None else []
        self.tell("answered", action=action, sid=session.sid, ok=error is None, errors=names,
                  **{"from": answer.get("from")})

    async def ask(self, xml):
        """Sends an IQ and returns the answer's element."""
        identity = uuid.uuid4().hex
        self.waiting[identity] = asyncio.get_running_loop().create_future()
        self.send_raw(xml.replace("<iq ", f"<iq id='{identity}' ", 1))
        return await self.waiting[identity]

    # Commands

    async def run(self, c):
        action = c["cmd"]
        session = self.sessions.get(c.get("sid"))
        if action == "set":
            self.options.update(c["options"])
        elif action == "call":
            session = self.sessions[c["sid"]] = Session(c["sid"], c["to"], initiator=True)
            session.dialect, session.medias = c.get("jmi", "0.8"), c.get("media", ["audio"])
            if session.dialect == "none":
                await self.initiate(session)
            else:
                self.send_jmi(session, "propose")
        elif action in ("ringing", "proceed", "reject", "retract", "finish"):
            self.send_jmi(session, action, c.get("to"), c.get("reason"), c.get("text"), c.get("migrated_to"),
                          c.get("tie_break", False))
        elif action == "initiate":
            session = session or self.sessions.setdefault(c["sid"], Session(c["sid"], c["to"], initiator=True))
            session.peer = c.get("to", session.peer)
            await self.initiate(session)
        elif action == "accept":
            await self.accept(session)
        elif action == "terminate":
            await self._close(session)
            await self.jingle(session, "session-terminate", reason_xml(c.get("reason", "success"), c.get("text")))
        elif action == "info":
            await self.info(session, c.get("name"))
        elif action == "dtmf":
            if not session.media.send_digits(c["digits"]):
                raise ValueError("telephone-event was not negotiated")
        elif action == "audio":
            session.media.sending = c["sending"]
        elif action == "measure":
            await self._measure(session, c)
        elif action == "send":
            self.send_raw(c["xml"])
        elif action == "disco":
            node = f" node={q(c['node'])}" if c.get("node") else ""
            answer = await self.ask(
                f"<iq type='get' to={q(c['to'])}><query xmlns='http://jabber.org/protocol/disco#info'{node}/></iq>")
            query = answer.find("{http://jabber.org/protocol/disco#info}query")
            self.tell("disco", **{"from": answer.get("from")}, ok=answer.get("type") == "result",
                      node=None if query is None else query.get("node"),
                      ver=None if query is None else self.plugin["xep_0115"].generate_verstring(DiscoInfo(xml=query), "sha-1"),
                      features=[] if query is None else [e.get("var") for e in query if local(e) == "feature"],
                      identities=[] if query is None else [
                          e.get("category") + "/" + e.get("type") for e in query if local(e) == "identity"])
        elif action == "vcard":
            temp = await self.ask(f"<iq type='get' to={q(c['to'])}><vCard xmlns='vcard-temp'/></iq>")
            v4 = await self.ask(f"<iq type='get' to={q(c['to'])}><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/></iq>")
            self.tell("vcard", **{"from": temp.get("from")},
                      name=temp.findtext("{vcard-temp}vCard/{vcard-temp}FN"),
                      photo=temp.findtext("{vcard-temp}vCard/{vcard-temp}PHOTO/{vcard-temp}BINVAL"),
                      name4=v4.findtext(".//{urn:ietf:params:xml:ns:vcard-4.0}fn/{urn:ietf:params:xml:ns:vcard-4.0}text"))
        elif action == "drop":
            self.abort()
        elif action == "logout":
            for open_session in list(self.sessions.values()):
                await self._close(open_session)
            await self.disconnect(wait=1)
        else:
            raise ValueError("unknown command " + action)

    async def _measure(self, session, c):
        """Listens anew: how many of the next windows of 100 ms held the tone; silence on the wire counts as none."""
        meter = session.media.meter if session and session.media else None
        before, packets = (len(meter.windows), session.media.packets) if meter else (0, 0)
        wanted, patience = c.get("windows", 10), c.get("windows", 10) * 0.1 + c.get("patience", 1.0)
        end = time.monotonic() + patience
        while meter and len(meter.windows) - before < wanted and time.monotonic() < end:
            await asyncio.sleep(0.05)
        windows = meter.windows[before:before + wanted] if meter else []
        self.tell("measured", ref=c.get("ref"), sid=c["sid"], windows=len(windows),
                  with_tone=sum(1 for share, rms in windows if share > 0.8 and rms > 300),
                  loud=sum(1 for _, rms in windows if rms > 300),
                  packets=session.media.packets - packets if meter else 0)


async def run(c):
    name = c["phone"]
    if c["cmd"] == "login":
        phone = PHONES[name] = Phone(name, c["jid"], c["password"], c.get("options", {}))
        phone.connect((c["host"], c["port"]), force_starttls=False, disable_starttls=True)
    else:
        await PHONES[name].run(c)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(commands.serve(run, in_order=False))
