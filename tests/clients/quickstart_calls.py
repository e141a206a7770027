#!/usr/bin/python3
"""The two calls and the chat of ./quickstart: XMPP client to phone, phone to XMPP user, each reported as it was heard and read."""
import argparse
import asyncio
import glob
import json
import os
import struct
import sys
import time
import urllib.request
import uuid

import commands
import xmpp_phone
from call_media import goertzel

PATIENCE = 60
TONE = 440
WINDOW = 800  # samples of 100 ms at 8000 Hz


class Recorder:
    """Events of the XMPP client and of baresip with the moment they came."""

    def __init__(self):
        self.events, self.more = [], asyncio.Event()

    def add(self, source, event, **fields):
        self.events.append((time.monotonic(), source, event, fields))
        self.more.set()

    async def wait(self, what, wanted, since=0):
        end = time.monotonic() + PATIENCE
        while True:
            for moment, source, event, fields in self.events[since:]:
                if wanted(source, event, fields):
                    return moment, fields
            self.more.clear()
            try:
                await asyncio.wait_for(self.more.wait(), end - time.monotonic())
            except asyncio.TimeoutError:
                raise SystemExit(f"  failed: {what} did not come within {PATIENCE} s") from None


class Baresip:
    """The phone's control connection: JSON in netstrings."""

    async def connect(self, port, recorder):
        self.recorder = recorder
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.reading = asyncio.ensure_future(self.read())

    async def read(self):
        while True:
            length = int((await self.reader.readuntil(b":"))[:-1])
            message = json.loads((await self.reader.readexactly(length + 1))[:-1])
            if message.get("event"):
                self.recorder.add("phone", message["type"], param=message.get("param"), peer=message.get("peeruri"))

    def command(self, name, parameters=""):
        text = json.dumps({"command": name, "params": parameters})
        self.writer.write(f"{len(text)}:{text},".encode())


def heard_by_phone(folder, since):
    """Windows of 100 ms in what the phone decoded after the moment: (share of the tone, loudness)."""
    windows = []
    for name in sorted(glob.glob(os.path.join(folder, "heard", "*-dec.wav"))):
        if os.path.getmtime(name) >= since:
            with open(name, "rb") as file:
                data = file.read()[44:]
            samples = struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2])
            windows += [goertzel(samples[i: i + WINDOW], TONE) for i in range(0, len(samples) - WINDOW + 1, WINDOW)]
    return windows


async def tone_at_phone(folder, since):
    """When its first sound came, and the share of the tone once it is steady."""
    first, end = None, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        windows = heard_by_phone(folder, since)
        if windows and first is None:
            first = time.monotonic() - len(windows) * 0.1
        steady = [share for share, loud in windows if share > 0.8 and loud > 300]
        if len(steady) >= 5:
            return first, sum(steady) / len(steady)
        await asyncio.sleep(0.05)
    raise SystemExit(f"  failed: the phone heard no tone of {TONE} Hz within {PATIENCE} s")


def after(start, moment):
    return f"after {max(0, moment - start) * 1000:.0f} ms"


async def report(recorder, folder, sid, start, clock, since, rang, answered):
    print(f"  rang         {rang[1]}, {after(start, rang[0])}")
    print(f"  answered     {after(start, answered)}")
    (at_phone, share), (at_client, _), (_, tone) = await asyncio.gather(
        tone_at_phone(folder, clock),
        recorder.wait("audio at the XMPP client", lambda s, e, f: e == "audio" and f["sid"] == sid, since),
        recorder.wait(f"a tone of {TONE} Hz at the XMPP client",
                      lambda s, e, f: e == "tone" and f["sid"] == sid and f["heard"], since))
    print(f"  first audio  {after(start, at_client)} at juliet, {after(start, at_phone)} at the phone")
    print(f"  tone         juliet hears {TONE} Hz ({tone['share']:.0%} of the sound), "
          f"the phone hears {TONE} Hz ({share:.0%} of the sound)")


async def chat(recorder, juliet, phone):
    print("\njuliet@example.org (XMPP) writes to 1001@sip.example.org (the SIP phone), and the phone answers")
    since, start = len(recorder.events), time.monotonic()
    asked, answer = f"Art thou not Romeo? {uuid.uuid4().hex[:8]}", f"Neither, fair saint. {uuid.uuid4().hex[:8]}"
    await juliet.run({"cmd": "send", "xml": f"<message to='1001@sip.example.org' type='chat' id='chat-1'><body>{asked}</body>"
                                            "<request xmlns='urn:xmpp:receipts'/></message>"})
    confirmed, _ = await recorder.wait(
        "the receipt", lambda s, e, f: e == "message" and "urn:xmpp:receipts" in f["xml"] and "chat-1" in f["xml"], since)
    print(f"  delivered    {after(start, confirmed)}: the phone took it, and juliet has the receipt")
    start = time.monotonic()
    phone.command("message", answer)
    read, message = await recorder.wait("the answer", lambda s, e, f: e == "message" and answer in f["xml"], since)
    print(f"  answered     {after(start, read)}, from {message['from'].split('/')[0]}")


async def main():
    arguments = argparse.ArgumentParser()
    for name in ("folder", "password"):
        arguments.add_argument("--" + name, required=True)
    for name in ("c2s", "control", "http"):
        arguments.add_argument("--" + name, required=True, type=int)
    given = arguments.parse_args()

    recorder = Recorder()
    commands.emit = recorder.add
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{given.http}/readyz", timeout=2):
                break
        except OSError as fault:
            if time.monotonic() > end:
                raise SystemExit(f"The gateway is not ready: {fault}") from None
            await asyncio.sleep(0.1)

    phone = Baresip()
    await phone.connect(given.control, recorder)
    juliet = xmpp_phone.Phone("juliet", "juliet@example.org/balcony", given.password, {"on_propose": "answer", "tone": TONE})
    juliet.connect(("127.0.0.1", given.c2s), force_starttls=False, disable_starttls=True)
    await recorder.wait("the login", lambda s, e, f: e == "ready")

    print("\njuliet@example.org (XMPP) calls 1001@sip.example.org (the SIP phone)")
    sid, since, start, clock = str(uuid.uuid4()), len(recorder.events), time.monotonic(), time.time()
    await juliet.run({"cmd": "call", "to": "1001@sip.example.org", "sid": sid})
    ringing, _ = await recorder.wait("ringing", lambda s, e, f: e == "jmi" and f["action"] == "ringing", since)
    answered, _ = await recorder.wait("the answer", lambda s, e, f: e == "jmi" and f["action"] == "proceed", since)
    await report(recorder, given.folder, sid, start, clock, since, (ringing, "the phone 1001"), answered)
    await juliet.run({"cmd": "terminate", "sid": sid})
    await recorder.wait("the end at the phone", lambda s, e, f: e == "CALL_CLOSED", since)
    print("  hung up      by juliet, and the phone's call ended")

    print("\n1001 (the SIP phone) calls juliet@example.org (XMPP)")
    since, start, clock = len(recorder.events), time.monotonic(), time.time()
    phone.command("dial", "sip:juliet@example.org")
    proposed, propose = await recorder.wait("the proposal", lambda s, e, f: e == "jmi" and f["action"] == "propose", since)
    answered, _ = await recorder.wait("the answer", lambda s, e, f: e == "CALL_ESTABLISHED", since)
    await report(recorder, given.folder, propose["sid"], start, clock, since,
                 (proposed, f"juliet, who saw {propose['from'].split('/')[0]} calling"), answered)
    phone.command("hangup")
    await recorder.wait("the end at juliet",
                        lambda s, e, f: e == "jingle" and f["action"] == "session-terminate", since)
    print("  hung up      by the phone, and juliet's call ended")

    await chat(recorder, juliet, phone)
    await juliet.run({"cmd": "logout"})


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(main())
