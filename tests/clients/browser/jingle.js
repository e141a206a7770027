// Descriptions of bundled streams: SDP as the browser speaks it, Jingle (XEP-0167, 0176, 0293, 0294, 0320, 0338) as the wire does.
"use strict";

const NS = {
  jingle: "urn:xmpp:jingle:1",
  rtp: "urn:xmpp:jingle:apps:rtp:1",
  info: "urn:xmpp:jingle:apps:rtp:info:1",
  feedback: "urn:xmpp:jingle:apps:rtp:rtcp-fb:0",
  extension: "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0",
  ice: "urn:xmpp:jingle:transports:ice-udp:1",
  dtls: "urn:xmpp:jingle:apps:dtls:0",
  grouping: "urn:xmpp:jingle:apps:grouping:0",
  sources: "urn:xmpp:jingle:apps:rtp:ssma:0",
  message: "urn:xmpp:jingle-message:0",
};

class Sdp {
  constructor(text) {
    this.lines = text.split(/\r?\n/);
  }

  values(name) {
    return this.lines.filter((line) => line === `a=${name}` || line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3));
  }

  value(name) {
    return this.values(name)[0];
  }
}

const parameter = (text) => {
  const at = text.indexOf("=");
  return at < 0
    ? `<parameter name="${escapeXml(text)}"/>` // as npm's stanza writes red's 111/111
    : `<parameter name="${escapeXml(text.slice(0, at))}" value="${escapeXml(text.slice(at + 1))}"/>`;
};

function payloadToJingle(sdp, id) {
  const [name, rate, channels] = (sdp.values("rtpmap").find((map) => map.startsWith(`${id} `)) ?? "").slice(id.length + 1).split("/");
  const parameters = sdp.values("fmtp").filter((value) => value.startsWith(`${id} `))
    .flatMap((value) => value.slice(id.length + 1).split(";")).map((text) => parameter(text.trim()));
  const feedback = sdp.values("rtcp-fb").filter((value) => value.startsWith(`${id} `)).map((value) => {
    const [, type, subtype] = value.split(" ");
    return `<fb:rtcp-fb xmlns:fb="${NS.feedback}" type="${type}"${subtype ? ` subtype="${subtype}"` : ""}/>`;
  });
  return `<payload-type id="${id}" name="${name}" clockrate="${rate}"${channels ? ` channels="${channels}"` : ""}>`
    + parameters.join("") + feedback.join("") + "</payload-type>";
}

function transportToJingle(sdp, withFingerprint) {
  const [hash, fingerprint] = (sdp.value("fingerprint") ?? "").split(" ");
  return `<transport xmlns="${NS.ice}" ufrag="${escapeXml(sdp.value("ice-ufrag"))}" pwd="${escapeXml(sdp.value("ice-pwd"))}">`
    + (withFingerprint ? `<fingerprint xmlns="${NS.dtls}" hash="${hash}" setup="${sdp.value("setup")}">${fingerprint}</fingerprint>` : "")
    + sdp.values("candidate").map(candidateToJingle).join("") + "</transport>";
}

// Every m-line as a content, named by its mid.
function contentsToJingle(text, creator) {
  const sections = text.split(/(?=^m=)/m).slice(1);
  const names = sections.map((section) => new Sdp(section).value("mid"));
  return sections.map((section, i) => contentToJingle(section, creator, names[i])).join("")
    + `<group xmlns="${NS.grouping}" semantics="BUNDLE">`
    + names.map((name) => `<content name="${escapeXml(name)}"/>`).join("") + "</group>";
}

function contentToJingle(text, creator, name) {
  const sdp = new Sdp(text);
  const [, media, formats] = text.match(/^m=(\S+) \S+ \S+ (.*)$/m);
  const ids = formats.trim().split(" ");
  const extensions = sdp.values("extmap").map((value) => {
    const [id, uri] = value.split(" ");
    return `<ext:rtp-hdrext xmlns:ext="${NS.extension}" id="${id}" uri="${escapeXml(uri)}"/>`;
  });
  return `<content creator="${creator}" name="${escapeXml(name)}"><description xmlns="${NS.rtp}" media="${media}">`
    + ids.map((id) => payloadToJingle(sdp, id)).join("") + extensions.join("") + "<rtcp-mux/></description>"
    + transportToJingle(sdp, true) + "</content>";
}

function candidateToJingle(value) {
  const [foundation, component, protocol, priority, ip, port, , type, ...rest] = value.split(" ");
  const named = Object.fromEntries(rest.flatMap((_, i) => (i % 2 ? [] : [[rest[i], rest[i + 1]]])));
  return `<candidate foundation="${foundation}" component="${component}" protocol="${protocol.toLowerCase()}" priority="${priority}"`
    + ` ip="${ip}" port="${port}" type="${type}"`
    + (named.raddr ? ` rel-addr="${named.raddr}" rel-port="${named.rport}"` : "")
    + (named.tcptype ? ` tcptype="${named.tcptype}"` : "") + "/>";
}

function candidateToSdp(element) {
  const [foundation, component, protocol, priority, ip, port, type] =
    ["foundation", "component", "protocol", "priority", "ip", "port", "type"].map((name) => element.getAttribute(name));
  const related = element.getAttribute("rel-addr");
  return `candidate:${foundation} ${component} ${protocol} ${priority} ${ip} ${port} typ ${type}`
    + (related ? ` raddr ${related} rport ${element.getAttribute("rel-port")}` : "");
}

function payloadToSdp(payload) {
  const [id, name, rate, channels] = ["id", "name", "clockrate", "channels"].map((attribute) => payload.getAttribute(attribute));
  const parameters = childrenOf(payload, NS.rtp, "parameter").map((one) =>
    [one.getAttribute("name"), one.getAttribute("value")].filter((part) => part).join("="));
  return [
    `a=rtpmap:${id} ${name}/${rate}${channels && channels !== "1" ? `/${channels}` : ""}`,
    ...(parameters.length ? [`a=fmtp:${id} ${parameters.join(";")}`] : []),
    ...feedbackToSdp(payload, id),
  ];
}

function feedbackToSdp(parent, id) {
  return childrenOf(parent, NS.feedback, "rtcp-fb").map((fb) =>
    `a=rtcp-fb:${id} ${fb.getAttribute("type")}${fb.getAttribute("subtype") ? ` ${fb.getAttribute("subtype")}` : ""}`);
}

// XEP-0339 section 4.
const sourceToSdp = (source) => childrenOf(source, NS.sources, "parameter").map((one) =>
  `a=ssrc:${source.getAttribute("ssrc")} ${[one.getAttribute("name"), one.getAttribute("value")].filter((part) => part).join(":")}`);

// What the peer said last of each thing, so that a restart can replace the transports alone.
class RemoteSession {
  constructor(jingle) {
    this.contents = childrenOf(jingle, NS.jingle, "content").map((content) => new RemoteDescription(content));
    this.groups = childrenOf(jingle, NS.grouping, "group").map((group) =>
      [group.getAttribute("semantics"), ...childrenOf(group, NS.grouping, "content").map((one) => one.getAttribute("name"))]);
    // Beside rtpengine an accept with video says no group, although one transport carries both.
    if (!this.groups.length && jingle.getAttribute("action") === "session-accept") {
      this.groups.push(["BUNDLE", ...this.contents.map((content) => content.name)]);
    }
  }

  byName(name) {
    return this.contents.find((content) => content.name === name);
  }

  sdp(setup) {
    return ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", ...this.groups.map((group) => `a=group:${group.join(" ")}`),
      ...this.contents.flatMap((one) => one.section(setup)), ""].join("\r\n");
  }
}

class RemoteDescription {
  constructor(content) {
    this.name = content.getAttribute("name");
    this.senders = content.getAttribute("senders") ?? "both";
    this.author = content.parentElement.getAttribute("action") === "session-initiate" ? "initiator" : "responder";
    this.description = childOf(content, NS.rtp, "description");
    this.fingerprint = childOf(childOf(content, NS.ice, "transport"), NS.dtls, "fingerprint");
    this.take(childOf(content, NS.ice, "transport"));
  }

  get media() {
    return this.description.getAttribute("media");
  }

  // XEP-0167 section 6, by whoever wrote the description.
  get direction() {
    return { both: "sendrecv", none: "inactive", [this.author]: "sendonly" }[this.senders] ?? "recvonly";
  }

  // True when the transport has credentials that were not known.
  take(transport) {
    const [ufrag, pwd] = [transport.getAttribute("ufrag"), transport.getAttribute("pwd")];
    const isNew = Boolean(pwd) && ufrag !== this.ufrag;
    if (isNew) {
      Object.assign(this, { ufrag, pwd, candidates: [] });
    }
    this.candidates.push(...childrenOf(transport, NS.ice, "candidate").map(candidateToSdp));
    return isNew;
  }

  section(setup) {
    const payloads = childrenOf(this.description, NS.rtp, "payload-type");
    return [
      `m=${this.media} 9 UDP/TLS/RTP/SAVPF ${payloads.map((payload) => payload.getAttribute("id")).join(" ")}`,
      "c=IN IP4 0.0.0.0", `a=mid:${this.name}`, `a=${this.direction}`, "a=rtcp-mux",
      ...feedbackToSdp(this.description, "*"),
      `a=ice-ufrag:${this.ufrag}`, `a=ice-pwd:${this.pwd}`, "a=ice-options:trickle",
      `a=fingerprint:${this.fingerprint.getAttribute("hash")} ${this.fingerprint.textContent.trim()}`,
      `a=setup:${setup ?? this.fingerprint.getAttribute("setup")}`,
      ...payloads.flatMap(payloadToSdp),
      ...childrenOf(this.description, NS.extension, "rtp-hdrext").map((one) =>
        `a=extmap:${one.getAttribute("id")} ${one.getAttribute("uri")}`),
      ...childrenOf(this.description, NS.sources, "source").flatMap(sourceToSdp),
      ...this.candidates.map((candidate) => `a=${candidate}`)];
  }
}
