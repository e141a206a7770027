
"use strict";
const by = id => document.getElementById(id);
const cell = (row, text) => { const c = row.insertCell(); c.textContent = text ?? ""; return c; };
const button = (text, act) => { const b = document.createElement("button"); b.textContent = text; b.onclick = act; return b; };
let shown = null;

async function refresh() {
  try {
    const ready = await (await fetch("readyz")).json();
    by("state").textContent = [...(ready.ready ? ["ready"] : ready.reasons), ...(ready.degraded ?? [])].join("; ");
    by("state").className = ready.ready ? "" : "bad";
    const sessions = await (await fetch("api/sessions")).json();
    const rows = document.createElement("tbody");
    for (const s of sessions) {
      const row = rows.insertRow();
      cell(row, new Date(s.since).toLocaleTimeString());
      cell(row, s.kind); cell(row, s.xmpp); cell(row, s.sip); cell(row, s.state); cell(row, s.callId);
      cell(row, "").append(
        button("messages", () => { shown = s.id; trace(); }),
        button("hang up", () => fetch("api/sessions/" + encodeURIComponent(s.id), { method: "DELETE" }).then(refresh)));
    }
    by("sessions").replaceChildren(...rows.rows);
    if (shown) await trace();
  } catch {
    by("state").textContent = "the gateway does not answer";
    by("state").className = "bad";
  }
}

async function trace() {
  const response = await fetch("api/sessions/" + encodeURIComponent(shown) + "/trace");
  by("trace").hidden = false;
  by("of").textContent = shown;
  const rows = document.createElement("tbody");
  if (!response.ok) {
    cell(rows.insertRow(), (await response.json()).error).colSpan = 3;
  } else {
    for (const m of await response.json()) {
      const row = rows.insertRow();
      cell(row, m.at.slice(11, 23));
      const sides = { xmpp: row.insertCell(), sip: row.insertCell() };
      const inward = m.protocol === "xmpp" ? m.direction === "received" : m.direction === "sent";
      const details = document.createElement("details"), summary = document.createElement("summary"), text = document.createElement("pre");
      summary.textContent = (inward ? "→ " : "← ") + m.summary;
      text.textContent = m.text;
      details.append(summary, text);
      sides[m.protocol].append(details);
    }
  }
  if (!by("ladder").querySelector("details[open]")) by("ladder").replaceChildren(...rows.rows);
}

refresh();
setInterval(refresh, 2000);
