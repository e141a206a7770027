// Calls by XEP-0353 and Jingle over a browser's own WebRTC. The test sees window.report's events, and drives window.phone.
"use strict";

const FEATURES = [
  NS.jingle, NS.rtp, "urn:xmpp:jingle:apps:rtp:audio", "urn:xmpp:jingle:apps:rtp:video", NS.dtls, NS.ice, NS.message, NS.grouping, NS.feedback, NS.extension,
  "http://jabber.org/protocol/disco#info", "urn:xmpp:ping",
];
const report = (event, fields = {}) => window.tell?.(JSON.stringify({ event, ...fields }));

class Call {
  constructor(phone, sid, peer, media) {
    Object.assign(this, { phone, sid, peer, media, early: [] });
    this.pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.pc.onicecandidate = ({ candidate }) => candidate?.candidate && this.trickle(candidate);
    this.pc.onconnectionstatechange = () => report("connection", { sid, state: this.pc.connectionState });
    this.pc.ontrack = ({ track }) => (track.kind === "audio" ? this.listen(new MediaStream([track])) : this.watch(new MediaStream([track])));
  }

  async addDevices() {
    const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const small = { width: 160, height: 120, frameRate: 10 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: raw, video: this.media.includes("video") && small });
    this.sender = this.pc.addTrack(stream.getAudioTracks()[0], stream);
    if (this.phone.codec) {
      const known = RTCRtpReceiver.getCapabilities("audio").codecs;
      this.pc.getTransceivers()[0].setCodecPreferences(known.filter((one) => one.mimeType === this.phone.codec));
    }
    for (const track of stream.getVideoTracks()) {
      this.camera = this.pc.addTrack(track, stream);
    }
  }

  // A phone that echoes sends no picture loss indication: without this, one lost packet would leave its screen as it is for good.
  async refreshPicture() {
    const parameters = this.camera.getParameters();
    await this.camera.setParameters(parameters, { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) });
  }

  watch(stream) {
    this.screen = Object.assign(document.createElement("video"), { srcObject: stream, muted: true });
    document.body.append(this.screen);
    this.screen.play();
  }

  listen(stream) {
    this.player = Object.assign(new Audio(), { srcObject: stream }); // Chromium decodes only what is played, and measures it as loud as that
    this.player.play();
    this.context = new AudioContext();
    this.meter = Object.assign(this.context.createAnalyser(), { fftSize: 8192, smoothingTimeConstant: 0 });
    this.context.createMediaStreamSource(stream).connect(this.meter);
  }

  action(name, payload) {
    const parties = name === "session-accept" ? ` responder="${escapeXml(this.phone.connection.jid)}"` : "";
    return this.phone.connection.ask("set", this.peer,
      `<jingle xmlns="${NS.jingle}" action="${name}" sid="${escapeXml(this.sid)}"${parties}>${payload}</jingle>`);
  }

  get creator() {
    return "initiator"; // contents are the initiator's, all of them
  }

  async initiate() {
    await this.addDevices();
    await this.pc.setLocalDescription();
    this.content = new Sdp(this.pc.localDescription.sdp).value("mid");
    await this.action("session-initiate", contentsToJingle(this.pc.localDescription.sdp, this.creator));
    this.described();
  }

  async accept(jingle) {
    this.remote = new RemoteSession(jingle);
    this.media = this.remote.contents.map((content) => content.media);
    this.content = this.remote.contents[0].name;
    await this.pc.setRemoteDescription({ type: "offer", sdp: this.remote.sdp() });
    await this.addDevices();
    await this.pc.setLocalDescription();
    await this.addEarly();
    await this.action("session-accept", contentsToJingle(this.pc.localDescription.sdp, this.creator));
    this.described();
  }

  async accepted(jingle) {
    this.remote = new RemoteSession(jingle);
    await this.pc.setRemoteDescription({ type: "answer", sdp: this.remote.sdp() });
    await this.addEarly();
  }

  // Candidates wait until the peer knows the session.
  described() {
    this.isDescribed = true;
    for (const candidate of this.held ?? []) {
      this.trickle(candidate);
    }
  }

  trickle(candidate) {
    if (!this.isDescribed) {
      (this.held ??= []).push(candidate);
      return;
    }
    // As npm's stanza does: the fragment, no password.
    const transport = `<transport xmlns="${NS.ice}" ufrag="${escapeXml(candidate.usernameFragment)}">`
      + `${candidateToJingle(candidate.candidate.replace(/^candidate:/, ""))}</transport>`;
    this.transportInfo(transport, candidate.sdpMid);
  }

  transportInfo(transport, name = this.content) {
    return this.action("transport-info",
      `<content creator="${this.creator}" name="${escapeXml(name)}">${transport}</content>`)
      .catch((error) => report("refused", { sid: this.sid, action: "transport-info", why: error.message }));
  }

  async addEarly() {
    for (const candidate of this.early.splice(0)) {
      await this.addCandidate(candidate);
    }
  }

  addCandidate(candidate) {
    return this.pc.addIceCandidate({ candidate, sdpMid: this.content });
  }

  async onTransportInfo(jingle) {
    const content = childOf(jingle, NS.jingle, "content");
    const transport = childOf(content, NS.ice, "transport");
    const candidates = childrenOf(transport, NS.ice, "candidate").map(candidateToSdp);
    if (!this.remote) {
      this.early.push(...candidates);
    } else if (this.remote.byName(content.getAttribute("name")).take(transport)) {
      await this.pc.setRemoteDescription({ type: "answer", sdp: this.remote.sdp(this.remoteSetup) });
      report("restarted", { sid: this.sid });
    } else {
      for (const candidate of candidates) {
        await this.addCandidate(candidate);
      }
    }
  }

  // The Conversations shape: new credentials in a transport-info, and no candidates in it.
  async restart() {
    this.remoteSetup = new Sdp(this.pc.currentRemoteDescription.sdp).value("setup").replace("actpass",
      new Sdp(this.pc.currentLocalDescription.sdp).value("setup") === "active" ? "passive" : "active");
    await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
    const sdp = new Sdp(this.pc.localDescription.sdp.replace(/^a=candidate.*\r\n/gm, ""));
    await this.transportInfo(transportToJingle(sdp, false));
  }

  end(reason) {
    this.phone.calls.delete(this.sid);
    this.pc.close();
    this.context?.close();
    report("ended", { sid: this.sid, reason });
  }

  // What getStats says of the stream that comes, and of the path.
  async figures() {
    const stats = [...(await this.pc.getStats()).values()];
    const inbound = stats.find((one) => one.type === "inbound-rtp" && one.kind === "audio") ?? {};
    const video = stats.find((one) => one.type === "inbound-rtp" && one.kind === "video") ?? {};
    const pair = stats.find((one) => one.id === stats.find((other) => other.type === "transport")?.selectedCandidatePairId) ?? {};
    const codec = stats.find((one) => one.id === inbound.codecId) ?? {};
    return {
      received: inbound.packetsReceived ?? 0, lost: inbound.packetsLost ?? 0, level: inbound.audioLevel ?? 0,
      energy: inbound.totalAudioEnergy ?? 0, concealed: inbound.concealedSamples ?? 0,
      sent: stats.find((one) => one.type === "outbound-rtp" && one.kind === "audio")?.packetsSent ?? 0,
      pictures: video.framesDecoded ?? 0, videoPackets: video.packetsReceived ?? 0, keyPictures: video.keyFramesDecoded ?? 0, codec: codec.mimeType ?? "", frequency: this.frequency(), roundTrip: pair.currentRoundTripTime ?? 0,
      pair: pair.id ?? "", dtls: stats.find((one) => one.type === "transport")?.dtlsState ?? "",
    };
  }

  // Where the spectrum of what is heard has its peak, in Hz.
  frequency() {
    if (!this.meter) {
      return 0;
    }
    const spectrum = new Float32Array(this.meter.frequencyBinCount);
    this.meter.getFloatFrequencyData(spectrum);
    const peak = spectrum.indexOf(Math.max(...spectrum));
    return spectrum[peak] > -60 ? (peak * this.context.sampleRate) / this.meter.fftSize : 0;
  }
}

window.phone = {
  calls: new Map(),
  proposed: new Map(),
  answers: true,
  codec: null, // the only one, such as audio/opus

  async login(url, domain, user, password, resource) {
    this.connection = new XmppConnection((stanza) => this.onStanza(stanza));
    const jid = await this.connection.login(url, domain, user, password, resource);
    // It comes back when its server sends to this device what is sent to the account (RFC 6121 section 4.2.2).
    const known = new Promise((resolve) => { this.isKnown = (from) => from === jid && resolve(); });
    this.connection.send('<presence xmlns="jabber:client"/>');
    await known;
    return jid;
  },

  message(to, element, sid, content = "") {
    this.connection.send(`<message xmlns="jabber:client" type="chat" to="${escapeXml(to)}" id="${element}-${escapeXml(sid)}">`
      + `<${element} xmlns="${NS.message}" id="${escapeXml(sid)}">${content}</${element}>`
      + '<store xmlns="urn:xmpp:hints"/></message>');
  },

  call(to, media) {
    const sid = crypto.randomUUID();
    this.proposed.set(sid, media);
    this.message(to, "propose", sid, media.map((kind) => `<description xmlns="${NS.rtp}" media="${kind}"/>`).join(""));
    return sid;
  },

  async hangUp(sid) {
    const call = this.calls.get(sid);
    await call.action("session-terminate", "<reason><success/></reason>").catch(() => {});
    call.end("own");
  },

  figures(sid) {
    return this.calls.get(sid)?.figures() ?? null;
  },

  refreshPicture(sid) {
    return this.calls.get(sid)?.refreshPicture();
  },

  digits(sid, tones) {
    this.calls.get(sid).sender.dtmf.insertDTMF(tones, 120, 80);
  },

  restart(sid) {
    return this.calls.get(sid).restart();
  },

  onStanza(stanza) {
    if (stanza.localName === "presence") {
      this.isKnown?.(stanza.getAttribute("from"));
    }
    const handle = { iq: this.onIq, message: this.onMessage }[stanza.localName];
    handle?.call(this, stanza)?.catch?.((error) => report("fault", { why: String(error) }));
  },

  onMessage(stanza) {
    for (const element of childrenOf(stanza, NS.message)) {
      const [sid, from] = [element.getAttribute("id"), stanza.getAttribute("from")];
      report(element.localName, { sid, from });
      if (element.localName === "propose" && this.answers) {
        this.message(from, "ringing", sid);
        this.message(from, "proceed", sid);
      } else if (element.localName === "proceed" && this.proposed.has(sid)) {
        const call = new Call(this, sid, from, this.proposed.get(sid));
        this.proposed.delete(sid);
        this.calls.set(sid, call);
        return call.initiate();
      }
    }
    return undefined;
  },

  onIq(iq) {
    const [id, from, type] = ["id", "from", "type"].map((name) => iq.getAttribute(name));
    const reply = (kind, payload = "") => this.connection.send(
      `<iq xmlns="jabber:client" type="${kind}" id="${escapeXml(id)}"${from ? ` to="${escapeXml(from)}"` : ""}>${payload}</iq>`);
    const jingle = childOf(iq, NS.jingle, "jingle");
    if (type === "set" && jingle) {
      reply("result");
      return this.onJingle(jingle, from);
    }
    const info = childOf(iq, "http://jabber.org/protocol/disco#info", "query");
    if (type === "get" && info) {
      const node = info.getAttribute("node");
      reply("result", `<query xmlns="${info.namespaceURI}"${node ? ` node="${escapeXml(node)}"` : ""}>`
        + '<identity category="client" type="web"/>'
        + FEATURES.map((feature) => `<feature var="${feature}"/>`).join("") + "</query>");
    } else if (type === "get" || type === "set") {
      reply("error", '<error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>');
    }
    return undefined;
  },

  onJingle(jingle, from) {
    const [action, sid] = [jingle.getAttribute("action"), jingle.getAttribute("sid")];
    report(action, { sid });
    const call = this.calls.get(sid);
    if (action === "session-initiate") {
      const incoming = new Call(this, sid, from, ["audio"]);
      this.calls.set(sid, incoming);
      return incoming.accept(jingle);
    }
    return { "session-accept": () => call?.accepted(jingle), "transport-info": () => call?.onTransportInfo(jingle),
      "session-terminate": () => call?.end(jingle.querySelector("reason")?.firstElementChild?.localName) }[action]?.();
  },
};
