"""Jingle (XEP-0166, 0167, 0176, 0320) and XEP-0353 elements, written and read as plain XML."""
import random
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from aioice.candidate import Candidate

from call_media import Codec

JINGLE = "urn:xmpp:jingle:1"
RTP = "urn:xmpp:jingle:apps:rtp:1"
RTP_INFO = "urn:xmpp:jingle:apps:rtp:info:1"
ICE = "urn:xmpp:jingle:transports:ice-udp:1"
DTLS = "urn:xmpp:jingle:apps:dtls:0"
GROUPING = "urn:xmpp:jingle:apps:grouping:0"
ERRORS = "urn:xmpp:jingle:errors:1"
MESSAGE = {0: "urn:xmpp:jingle-message:0", 1: "urn:xmpp:jingle-message:1"}
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
STATIC = {0: ("PCMU", 8000), 8: ("PCMA", 8000), 9: ("G722", 8000)}


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def q(value):
    return quoteattr(str(value))


def reason_xml(reason, text=None, extra=""):
    if reason is None:
        return ""
    inner = f"<text>{escape(text)}</text>" if text else ""
    return f"<reason xmlns='{JINGLE}'><{reason}/>{inner}{extra}</reason>"


def read_reason(element):
    reason = element.find(f"{{{JINGLE}}}reason")
    if reason is None:
        return None, None
    names = [local(e) for e in reason if local(e) != "text"]
    return (names[0] if names else None), reason.findtext(f"{{{JINGLE}}}text")


def candidate_xml(candidate, generation=0):
    return (
        f"<candidate component='{candidate.component}' foundation={q(candidate.foundation[:8])} generation='{generation}' "
        f"id='c{random.randrange(1 << 40)}' ip={q(candidate.host)} network='0' port='{candidate.port}' "
        f"priority='{candidate.priority}' protocol='udp' type={q(candidate.type)}/>")


def transport_xml(media, setup=None, candidates=()):
    fingerprint = "" if setup is None else (
        f"<fingerprint xmlns='{DTLS}' hash='sha-256' setup='{setup}'>{media.fingerprint}</fingerprint>")
    return (f"<transport xmlns='{ICE}' ufrag={q(media.ufrag)} pwd={q(media.pwd)}>"
            + fingerprint + "".join(candidate_xml(c) for c in candidates) + "</transport>")


def payload_xml(codec):
    channels = f" channels='{codec.channels}'" if codec.channels > 1 else ""
    parameters = {"opus": (("minptime", "10"), ("useinbandfec", "1")),
                  "telephone-event": (("events", "0-15"),)}.get(codec.name.lower(), ())
    inner = "".join(f"<parameter name='{n}' value='{v}'/>" for n, v in parameters)
    return f"<payload-type id='{codec.id}' name='{codec.name}' clockrate='{codec.clockrate}'{channels}>{inner}</payload-type>"


def audio_xml(name, codecs, transport, creator="initiator", senders="both"):
    return (f"<content creator='{creator}' name={q(name)} senders='{senders}'>"
            f"<description xmlns='{RTP}' media='audio'>{''.join(payload_xml(c) for c in codecs)}<rtcp-mux/></description>"
            f"{transport}</content>")


def video_xml(name, transport, senders="both"):
    return (f"<content creator='initiator' name={q(name)} senders='{senders}'>"
            f"<description xmlns='{RTP}' media='video'>"
            f"<payload-type id='96' name='VP8' clockrate='90000'/><rtcp-mux/></description>{transport}</content>")


def read_codecs(content):
    description = content.find(f"{{{RTP}}}description")
    codecs = []
    for payload in description.findall(f"{{{RTP}}}payload-type") if description is not None else ():
        number = int(payload.get("id"))
        name, rate = STATIC.get(number, ("", 8000))
        codecs.append(Codec(number, payload.get("name") or name, int(payload.get("clockrate") or rate),
                            int(payload.get("channels") or 1)))
    return codecs


def read_candidates(transport):
    return [
        Candidate(foundation=c.get("foundation"), component=int(c.get("component")), transport=c.get("protocol"),
                  priority=int(c.get("priority")), host=c.get("ip"), port=int(c.get("port")), type=c.get("type"))
        for c in transport.findall(f"{{{ICE}}}candidate")
        if c.get("component") == "1" and c.get("protocol") == "udp" and c.get("type") in ("host", "srflx", "relay")
    ]


def serialize(element):
    return ET.tostring(element, encoding="unicode")
