#!/usr/bin/python3
"""XMPP chat clients for tests: plain chat with threads, receipts (XEP-0184), chat states (XEP-0085), markers (XEP-0333) and
negotiated sessions (XEP-0155 0.8 and 1.2). They share no code with the gateway.

One process holds any number of clients. Commands come as JSON lines on standard input, each naming its client as "phone"; events
leave as JSON lines on standard output. Every command carries "ref"; its outcome is an event "done" with that ref and "ok".

  login     phone jid password host port [options]     options: see Client.DEFAULTS; changed later by "set"
  chat      phone to body [thread id type state request lang subject html]     done with id
  flood     phone to thread count prefix [start request]
  state     phone to state [thread]                    a chat state of its own
  received  phone to id                                an XEP-0184 receipt; displayed: an XEP-0333 marker
  form      phone to kind fields [thread id namespace submit_type]    kind: form submit result; fields: name -> text, or
                                                       {value, type, required, options}
  send      phone xml                                  a stanza as it is
  presence  phone [type to priority]
  disco     phone to [node]
  texts     phone from [thread]                        done with the bodies received so far
  drop logout set                                      phone
"""
import asyncio
import uuid
import xml.etree.ElementTree as ET

import slixmpp

from commands import emit, serve

CHATNEG, SSN = "http://jabber.org/protocol/chatneg", "urn:xmpp:ssn"
NEG, DATA = "http://jabber.org/protocol/feature-neg", "jabber:x:data"
STATES, RECEIPTS, MARKERS = "http://jabber.org/protocol/chatstates", "urn:xmpp:receipts", "urn:xmpp:chat-markers:0"
XHTML, STANZAS = "http://jabber.org/protocol/xhtml-im", "urn:ietf:params:xml:ns:xmpp-stanzas"
CLIENT = "jabber:client"
FEATURES = [NEG, CHATNEG, SSN, STATES, RECEIPTS, XHTML]


def q(namespace, name):
    return f"{{{namespace}}}{name}"


def text_of(xml, name, namespace=CLIENT):
    found = xml.find(q(namespace, name))
    return None if found is None else found.text or ""


def read_form(xml):
    """Type, FORM_TYPE and fields of the form of a negotiation."""
    x = xml.find(f"{q(NEG, 'feature')}/{q(DATA, 'x')}")
    if x is None:
        return None
    fields, required, kind = {}, [], None
    for field in x.findall(q(DATA, "field")):
        values = [v.text or "" for v in field.findall(q(DATA, "value"))]
        if field.get("var") == "FORM_TYPE":
            kind = values[0] if values else None
            continue
        fields[field.get("var")] = values[0] if len(values) == 1 else values
        if field.find(q(DATA, "required")) is not None:
            required.append(field.get("var"))
    return {"type": x.get("type"), "namespace": kind, "fields": fields, "required": required}


def write_form(kind, namespace, fields):
    feature = ET.Element(q(NEG, "feature"))
    x = ET.SubElement(feature, q(DATA, "x"), type=kind)
    form_type = ET.SubElement(x, q(DATA, "field"), var="FORM_TYPE", type="hidden")
    ET.SubElement(form_type, q(DATA, "value")).text = namespace
    for name, given in fields.items():
        given = given if isinstance(given, dict) else {"value": given}
        field = ET.SubElement(x, q(DATA, "field"), var=name)
        if given.get("type"):
            field.set("type", given["type"])
        if given.get("value") is not None:
            ET.SubElement(field, q(DATA, "value")).text = str(given["value"])
        for option in given.get("options", []):
            ET.SubElement(ET.SubElement(field, q(DATA, "option")), q(DATA, "value")).text = option
        if given.get("required"):
            ET.SubElement(field, q(DATA, "required"))
    return feature


class Client(slixmpp.ClientXMPP):
    DEFAULTS = {
        "receipts": True,        # answers requests of receipts
        "on_form": None,         # None | accept | decline: answers initiations
        "form_fields": {},       # further fields of that answer
        "on_terminate": "result",  # answers terminations; None: not
        "features": FEATURES,
        "priority": None,
    }

    def __init__(self, name, jid, password, options):
        super().__init__(jid, password)
        self.name, self.options, self.bodies = name, {**self.DEFAULTS, **options}, []
        self.own_presence, self.available = "", asyncio.Event()
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0115")
        self.plugin["feature_mechanisms"].unencrypted_plain = True
        for feature in self.options["features"]:
            self.plugin["xep_0030"].add_feature(feature)
        self.plugin["xep_0030"].add_identity("client", "pc", "interop chat")
        self.add_event_handler("session_start", self._started)
        self.add_event_handler("disconnected", lambda why: self.tell("disconnected"))
        self.add_event_handler("failed_all_auth", lambda _: self.tell("login_failed"))
        self.add_filter("in", self._seen)

    def tell(self, event, **fields):
        emit(self.name, event, **fields)

    async def _started(self, _):
        await self.plugin["xep_0115"].update_caps()
        presence = self.make_presence(ppriority=self.options["priority"])
        presence["id"] = self.own_presence = str(uuid.uuid4())
        presence.send()
        await self.available.wait()
        self.tell("ready", jid=self.boundjid.full)

    def _seen(self, stanza):
        xml = stanza.xml
        if xml.tag == q(CLIENT, "message"):
            self._message(xml)
        elif xml.tag == q(CLIENT, "presence"):
            self.tell("presence", **{"from": xml.get("from"), "type": xml.get("type") or "available", "status": text_of(xml, "status"),
                                     "show": text_of(xml, "show")})
            if xml.get("id") == self.own_presence and xml.get("from") == self.boundjid.full:
                self.available.set()  # what is sent to the account reaches this device from now on (RFC 6121 section 4.2.2)
        return stanza

    def _message(self, xml):
        sender, body = xml.get("from"), text_of(xml, "body")
        request = xml.find(q(RECEIPTS, "request")) is not None
        received, displayed = xml.find(q(RECEIPTS, "received")), xml.find(q(MARKERS, "displayed"))
        error, html = xml.find(q(CLIENT, "error")), xml.find(f"{q('http://www.w3.org/1999/xhtml', 'body')}")
        html = html if html is not None else xml.find(f"{q(XHTML, 'html')}/{q('http://www.w3.org/1999/xhtml', 'body')}")
        form = read_form(xml)
        if body is not None and xml.get("type") != "error":
            self.bodies.append((sender, text_of(xml, "thread"), body))
        self.tell("message", **{"from": sender, "to": xml.get("to")}, type=xml.get("type") or "normal", id=xml.get("id"), body=body,
                  thread=text_of(xml, "thread"), subject=text_of(xml, "subject"), lang=xml.get("{http://www.w3.org/XML/1998/namespace}lang"),
                  state=next((e.tag.split("}")[1] for e in xml if e.tag.startswith("{" + STATES)), None), request=request,
                  received=None if received is None else received.get("id"), displayed=None if displayed is None else displayed.get("id"),
                  html=None if html is None else ET.tostring(html, encoding="unicode"), form=form,
                  error=None if error is None else next((e.tag.split("}")[1] for e in error if e.tag.startswith("{" + STANZAS) and not e.tag.endswith("}text")), "?"),
                  error_type=None if error is None else error.get("type"), error_text=None if error is None else text_of(error, "text", STANZAS))
        if request and body is not None and self.options["receipts"] and xml.get("type") != "error":
            self._raw(sender, [ET.Element(q(RECEIPTS, "received"), id=xml.get("id") or "")], type=xml.get("type"), thread=text_of(xml, "thread"))
        if form and xml.get("type") != "error":
            self._answer(xml, sender, form)

    def _answer(self, xml, sender, form):
        thread, accept, fields = text_of(xml, "thread"), self.options["on_form"], form["fields"]
        if form["type"] == "form" and "accept" in fields and accept:
            answer = {"accept": "1" if accept == "accept" else "0", **self.options["form_fields"]}
            self._raw(sender, [write_form("submit", form["namespace"], answer)], thread=thread, id=xml.get("id"))
        elif form["type"] == "submit" and fields.get("terminate") in ("1", "true") and self.options["on_terminate"]:
            self._raw(sender, [write_form("result", form["namespace"], {"terminate": "1"})], thread=thread, id=xml.get("id"))
        elif form["type"] == "submit" and form["namespace"] == SSN and fields.get("accept") in ("1", "true") and accept != "decline":
            self._raw(sender, [write_form("result", SSN, {"accept": "1"})], thread=thread)

    def _raw(self, to, children, type=None, thread=None, id=None, lang=None):
        xml = ET.Element(q(CLIENT, "message"), to=to, id=id or str(uuid.uuid4()))
        if type and type != "normal":
            xml.set("type", type)
        if lang:
            xml.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
        for child in children:
            xml.append(child)
        if thread is not None:
            ET.SubElement(xml, q(CLIENT, "thread")).text = thread
        self.send_raw(ET.tostring(xml, encoding="unicode"))
        return xml.get("id")

    def chat(self, to, body, thread=None, id=None, type="chat", state=None, request=False, lang=None, subject=None, html=None):
        children = []
        if subject is not None:
            children.append(ET.Element(q(CLIENT, "subject")))
            children[-1].text = subject
        children.append(ET.Element(q(CLIENT, "body")))
        children[-1].text = body
        if state:
            children.append(ET.Element(q(STATES, state)))
        if request:
            children.append(ET.Element(q(RECEIPTS, "request")))
        if html:
            children.append(ET.fromstring(f"<html xmlns='{XHTML}'><body xmlns='http://www.w3.org/1999/xhtml'>{html}</body></html>"))
        return self._raw(to, children, type, thread, id, lang)


CLIENTS = {}


async def run(c):
    name, command = c["phone"], c["cmd"]
    if command == "login":
        client = CLIENTS[name] = Client(name, c["jid"], c["password"], c.get("options", {}))
        client.connect((c["host"], c["port"]), force_starttls=False, disable_starttls=True)
        return {}
    client = CLIENTS[name]
    if command == "chat":
        keys = ("thread", "id", "type", "state", "request", "lang", "subject", "html")
        return {"id": client.chat(c["to"], c["body"], **{k: c[k] for k in keys if c.get(k) is not None})}
    if command == "flood":
        for i in range(c.get("start", 0), c.get("start", 0) + c["count"]):
            client.chat(c["to"], f"{c['prefix']}{i}", thread=c.get("thread"), request=c.get("request", False))
            if i % 20 == 0:
                await asyncio.sleep(0)
    elif command == "state":
        return {"id": client._raw(c["to"], [ET.Element(q(STATES, c["state"]))], "chat", c.get("thread"))}
    elif command == "received":
        return {"id": client._raw(c["to"], [ET.Element(q(RECEIPTS, "received"), id=c["id"])], "chat", c.get("thread"))}
    elif command == "displayed":
        return {"id": client._raw(c["to"], [ET.Element(q(MARKERS, "displayed"), id=c["id"])], "chat", c.get("thread"))}
    elif command == "form":
        form = write_form(c["kind"], c.get("namespace") or CHATNEG, c.get("fields", {}))
        return {"id": client._raw(c["to"], [form], c.get("type"), c.get("thread"), c.get("id"))}
    elif command == "send":
        client.send_raw(c["xml"])
    elif command == "presence":
        client.send_presence(ptype=c.get("type"), pto=c.get("to"), ppriority=c.get("priority"))
    elif command == "disco":
        info = await client.plugin["xep_0030"].get_info(jid=c["to"], node=c.get("node"), timeout=50)
        return {"features": sorted(info["disco_info"]["features"]), "identities": sorted(f"{i[0]}/{i[1]}" for i in info["disco_info"]["identities"])}
    elif command == "texts":
        return {"texts": [b for sender, thread, b in client.bodies
                          if sender.split("/")[0] == c["from"] and (c.get("thread") is None or thread == c["thread"])]}
    elif command == "drop":
        client.abort()
    elif command == "logout":
        client.disconnect()
    elif command == "set":
        client.options.update(c["options"])
    return {}


if __name__ == "__main__":
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(serve(run))
