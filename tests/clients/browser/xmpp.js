// The least of XMPP over WebSocket (RFC 7395) that a calling client needs: SASL PLAIN, a resource, stanzas as DOM elements.
"use strict";

const XML_ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const escapeXml = (text) => String(text).replace(/[&<>"']/g, (c) => XML_ENTITIES[c]);
const parseXml = (text) => new DOMParser().parseFromString(text, "text/xml").documentElement;
const childrenOf = (element, namespace, name) => [...(element?.children ?? [])].filter(
  (child) => child.namespaceURI === namespace && (!name || child.localName === name));
const childOf = (element, namespace, name) => childrenOf(element, namespace, name)[0];

class XmppConnection {
  constructor(onStanza) {
    this.onStanza = onStanza;
    this.waiting = new Map();
    this.ids = 0;
  }

  async login(url, domain, user, password, resource) {
    this.domain = domain;
    this.socket = new WebSocket(url, "xmpp");
    this.arrived = [];
    this.socket.onmessage = (message) => this.receive(parseXml(message.data));
    await new Promise((resolve, reject) => Object.assign(this.socket, { onopen: resolve, onerror: () => reject(new Error(`no connection to ${url}`)) }));
    await this.open();
    const credentials = btoa(`\0${user}\0${password}`);
    this.send(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${credentials}</auth>`);
    if ((await this.next()).localName !== "success") {
      throw new Error("login refused");
    }
    await this.open();
    this.inSession = true;
    const bound = await this.ask("set", null,
      `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${escapeXml(resource)}</resource></bind>`);
    this.jid = bound.querySelector("jid").textContent;
    return this.jid;
  }

  async open() {
    this.send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${escapeXml(this.domain)}" version="1.0"/>`);
    while ((await this.next()).localName !== "features");
  }

  send(xml) {
    this.socket.send(xml);
  }

  // An IQ: its result, or an error that names the condition.
  ask(type, to, payload) {
    const id = `q${++this.ids}`;
    const address = to ? ` to="${escapeXml(to)}"` : "";
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send(`<iq xmlns="jabber:client" type="${type}" id="${id}"${address}>${payload}</iq>`);
    });
  }

  // Before the session there is one element at a time, and somebody waits for it.
  next() {
    return new Promise((resolve) => {
      this.taker = resolve;
      this.hand();
    });
  }

  hand() {
    if (this.taker && this.arrived.length) {
      const taker = this.taker;
      this.taker = null;
      taker(this.arrived.shift());
    }
  }

  receive(element) {
    if (!this.inSession) {
      this.arrived.push(element);
      this.hand();
      return;
    }
    const type = element.getAttribute("type");
    const waiting = this.waiting.get(element.getAttribute("id"));
    if (element.localName === "iq" && waiting && (type === "result" || type === "error")) {
      this.waiting.delete(element.getAttribute("id"));
      if (type === "result") {
        waiting.resolve(element);
      } else {
        waiting.reject(new Error(element.querySelector("error")?.firstElementChild?.localName ?? "error"));
      }
    } else {
      this.onStanza(element);
    }
  }
}
